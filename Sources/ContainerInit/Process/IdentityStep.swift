import ByteStrings
import LinuxKernel

/// Changes to what the program runs as: groups, then group, then user. Of the capabilities, which stay permitted, those of
/// a mask stay effective. See credentials(7).
package struct IdentityStep: ChildStep {
    package static let name: StaticString = "identity"

    package var user: UInt32 = 0
    package var group: UInt32 = 0
    /// Nil leaves the supplementary groups as they are.
    package var additionalGroups: [UInt32]?
    /// The file creation mask.
    package var umask: UInt32 = 0
    /// What the steps behind this one still need.
    package var effective: UInt64 = 0
    /// Whether the process's ids may be others than at its start.
    package var isInUserNamespace = false

    package init() {}

    package mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) throws(Visitor.Failure) {
        try visitor.field("user", &user)
        try visitor.field("group", &group)
        try visitor.field("groups", &additionalGroups)
        try visitor.field("umask", &umask, .octal)
        try visitor.field("effective", &effective, .hidden)
        try visitor.field("inUserNamespace", &isInUserNamespace, .hidden)
    }

    package func perform(in process: InitProcess) throws(ContainerError) {
        if process.mask != umask { setFileCreationMask(umask) }
        try ownStandardStreams(process)
        try setGroups(process)
        let isGroup = try isGroup()
        if !isGroup { try becomeGroup() }
        let isUser = try isUser()
        if !isUser { try becomeUser() }
        if !isUser || !isGroup { try process.stayHidden() }
        try attempt("capset") { () throws(Errno) in
            let available = process.values.availableCapabilities
            try CapabilityMasks(
                effective: available & effective, permitted: available,
                inheritable: process.values.inheritableCapabilities
            ).apply()
        }
    }

    private func isUser() throws(ContainerError) -> Bool {
        if !isInUserNamespace, Credentials.startedAs(user: user) { return true }
        return try attempt("getresuid") { () throws(Errno) in try Credentials.isUser(user) }
    }

    private func isGroup() throws(ContainerError) -> Bool {
        if !isInUserNamespace, Credentials.startedAs(group: group) { return true }
        return try attempt("getresgid") { () throws(Errno) in try Credentials.isGroup(group) }
    }

    private func becomeUser() throws(ContainerError) {
        try attempt("prctl(PR_SET_KEEPCAPS)") { () throws(Errno) in try ProcessControl.setKeepCapabilities(true) }
        do throws(Errno) {
            try Credentials.setUser(user)
        } catch Errno.invalidArgument {
            throw ContainerError(
                member: ".uid",
                reason: "unable to setup user: cannot setuid to unmapped uid \(user) in user namespace")
        } catch {
            throw ContainerError(operation: "setresuid", subject: String(user), errno: error)
        }
    }

    private func setGroups(_ process: InitProcess) throws(ContainerError) {
        guard let groups = additionalGroups, !groups.isEmpty || !process.plan.hasNoGroups else { return }
        do throws(Errno) {
            try Credentials.setGroups(groups)
        } catch {
            throw ContainerError(
                operation: "setgroups", origin: Origin(.additionalGids), subject: oneLine("\(groups)"),
                errno: error,
                remedy: error == .invalidArgument ? "a group is not mapped in the user namespace" : "")
        }
    }

    private func becomeGroup() throws(ContainerError) {
        do throws(Errno) {
            try Credentials.setGroup(group)
        } catch Errno.invalidArgument {
            throw ContainerError(
                member: ".gid",
                reason: "unable to setup user: cannot setgid to unmapped gid \(group) in user namespace")
        } catch {
            throw ContainerError(operation: "setresgid", subject: String(group), errno: error)
        }
    }

    /// Gives the standard streams to the user, so that /dev/stdout can be opened again.
    private func ownStandardStreams(_ process: InitProcess) throws(ContainerError) {
        for number in DescriptorNumber.standardStreams {
            if process.plan.ownStreams.contains(number) {
                if user == 0 { continue }
            } else {
                let status = process.values.stream(number, known: process.plan.knownStreams)
                guard let status, status.user != user, !status.isNullDevice else { continue }
            }
            do throws(Errno) {
                try number.lend { (file) throws(Errno) in try file.changeOwner(user: user) }
            } catch {
                switch error {
                // Closed, or not the runtime's to give. An owner that is not mapped in the user namespace: the stream is
                // shared with the host.
                case .badFileDescriptor, .notPermitted, .invalidArgument, .readOnlyFileSystem: continue
                default:
                    throw ContainerError(
                        operation: "fchown", subject: "standard stream \(number.rawValue)", errno: error)
                }
            }
        }
    }
}
