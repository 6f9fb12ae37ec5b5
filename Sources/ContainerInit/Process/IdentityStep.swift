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

    package init() {}

    package mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) throws(Visitor.Failure) {
        try visitor.field("user", &user)
        try visitor.field("group", &group)
        try visitor.field("groups", &additionalGroups)
        try visitor.field("umask", &umask, .octal)
        try visitor.field("effective", &effective, .hidden)
    }

    package func perform(in process: InitProcess) throws(ContainerError) {
        setFileCreationMask(umask)
        try ownStandardStreams()
        try attempt("prctl(PR_SET_KEEPCAPS)") { () throws(Errno) in try ProcessControl.setKeepCapabilities(true) }
        try setGroups()
        do throws(Errno) {
            try Credentials.setUser(user)
        } catch Errno.invalidArgument {
            throw ContainerError(
                member: ".uid",
                reason: "unable to setup user: cannot setuid to unmapped uid \(user) in user namespace")
        } catch {
            throw ContainerError(operation: "setresuid", subject: String(user), errno: error)
        }
        try process.stayHidden()
        try attempt("capset") { () throws(Errno) in
            var masks = try CapabilityMasks.current()
            masks.effective = masks.permitted & effective
            try masks.apply()
        }
    }

    private func setGroups() throws(ContainerError) {
        if let groups = additionalGroups {
            do throws(Errno) {
                try Credentials.setGroups(groups)
            } catch {
                throw ContainerError(
                    operation: "setgroups", origin: Origin(.additionalGids), subject: oneLine("\(groups)"),
                    errno: error,
                    remedy: error == .invalidArgument ? "a group is not mapped in the user namespace" : "")
            }
        }
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
    private func ownStandardStreams() throws(ContainerError) {
        for number in DescriptorNumber.standardStreams {
            do throws(Errno) {
                let status = try number.status()
                if status.user == user { continue }
                if status.isNullDevice { continue }
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
