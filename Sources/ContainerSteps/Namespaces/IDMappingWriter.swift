import ByteStrings
import ContainerInit
import LinuxKernel
import RuntimeSpec

/// Writes the id mappings of a process's new user namespace. See user_namespaces(7).
package struct IDMappingWriter {
    package let pid: Int32
    /// Whether the runtime is an ordinary user, who may map nothing but their own id by themselves. The root of a user
    /// namespace may map what that has.
    private let isUnprivileged = effectiveUser != 0

    package init(pid: Int32) { self.pid = pid }

    /// The helpers that map what /etc/subuid and /etc/subgid grant an ordinary user. See newuidmap(1).
    private enum Helper: String {
        case users = "newuidmap"
        case groups = "newgidmap"
    }

    package func write(users: [IDMapping], groups: [IDMapping]) throws(ContainerError) {
        if isUnprivileged, !Self.isOwnOnly(groups, effectiveGroup) {
            try run(.groups, groups, origin: Origin(.gidMappings))
        } else {
            if isUnprivileged {
                // The kernel's condition for a user without privileges.
                try attempt("write", "deny to /proc/\(pid)/setgroups") { () throws(Errno) in
                    try writeKernelFile("/proc/\(pid)/setgroups", "deny")
                }
            }
            try write(groups, to: "gid_map", origin: Origin(.gidMappings))
        }
        if isUnprivileged, !Self.isOwnOnly(users, effectiveUser) {
            try run(.users, users, origin: Origin(.uidMappings))
        } else {
            try write(users, to: "uid_map", origin: Origin(.uidMappings))
        }
    }

    private static func isOwnOnly(_ mappings: [IDMapping], _ own: UInt32) -> Bool {
        mappings.count == 1 && mappings[0].hostID == own && mappings[0].size == 1
    }

    /// The helper that an ordinary user would need for these mappings and that this host has not; nil when none is missing.
    package static func missingHelper(users: [IDMapping], groups: [IDMapping]) -> String? {
        guard effectiveUser != 0 else { return nil }
        var needed: [Helper] = []
        if !isOwnOnly(users, effectiveUser) { needed.append(.users) }
        if !isOwnOnly(groups, effectiveGroup) { needed.append(.groups) }
        return needed.first { HostProgram.find($0.rawValue) == nil }?.rawValue
    }

    private func write(_ mappings: [IDMapping], to file: String, origin: Origin) throws(ContainerError) {
        var text = ""
        for mapping in mappings { text += "\(mapping.containerID) \(mapping.hostID) \(mapping.size)\n" }
        let path: Path = "/proc/\(pid)/\(file)"
        do throws(Errno) {
            try writeKernelFile(path, ByteString(text))
        } catch {
            throw ContainerError(
                operation: "write", origin: origin, subject: path, errno: error,
                reason: "\"" + text.replacingLineFeeds + "\"",
                remedy: remedy(error))
        }
    }

    private func remedy(_ errno: Errno) -> String {
        switch errno {
        case .invalidArgument: "ranges must not be empty or overlap, and there may be 340 at most"
        case .notPermitted: "the runtime may map only ids that it owns in its own user namespace"
        default: ""
        }
    }

    private func run(_ helper: Helper, _ mappings: [IDMapping], origin: Origin) throws(ContainerError) {
        let name = helper.rawValue
        guard let path = HostProgram.find(name) else {
            throw ContainerError(
                origin: origin, reason: "exec: \"\(name)\": executable file not found in $PATH",
                remedy: "install it (Debian's package uidmap): mapping other ids than your own takes it")
        }
        var arguments: [ByteString] = [ByteString(name), "\(pid)"]
        for mapping in mappings {
            arguments += ["\(mapping.containerID)", "\(mapping.hostID)", "\(mapping.size)"]
        }
        do throws(ContainerError) {
            try HookRunner(state: [], directory: nil).run(
                HookCommand {
                    $0.path = path
                    $0.arguments = arguments
                })
        } catch {
            var error = error
            error.origin = origin
            error.operation = name
            error.remedy = "see /etc/subuid and /etc/subgid"
            throw error
        }
    }
}

/// Programs of the host.
package enum HostProgram {
    /// The path of a program in the PATH of this process.
    package static func find(_ name: String) -> Path? {
        let path = environmentVariable("PATH") ?? "/usr/sbin:/usr/bin:/sbin:/bin"
        do throws(ContainerError) {
            return try ProgramLookup(environment: ["PATH=\(path)"]).find(ByteString(name))
        } catch {
            return nil
        }
    }
}
