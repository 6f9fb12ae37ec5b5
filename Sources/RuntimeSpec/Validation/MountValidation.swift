import ByteStrings
import StrictJSON

extension Validation {
    mutating func check(_ mounts: [Mount]) {
        for (index, mount) in mounts.enumerated() {
            let path = { "mounts[\(index)]" }
            if mount.destination.isEmpty { report(path(), "destination", "must not be empty") }
            checkDestination(mount, path)
            if mount.isBind {
                checkBind(mount, path)
            } else if !mount.uidMappings.isEmpty || !mount.gidMappings.isEmpty {
                report(
                    path(), "",
                    "id-mapped mounts are only supported for bind-mounts: " + quotation(of: mount.destination))
            }
            checkMappings(mount, path)
        }
    }

    private mutating func checkBind(_ mount: Mount, _ path: () -> String) {
        if mount.source == nil {
            report(path(), "source", "a bind mount needs a source: " + quotation(of: mount.destination))
        }
        for (index, option) in mount.options.enumerated() where !MountOption.isStandard(option) {
            let reason = "bind mounts cannot have any filesystem-specific options applied"
            report(
                path(), "options[\(index)]",
                "invalid mount " + quotation(of: mount.destination) + ": " + reason + ": " + quotation(of: option))
        }
    }

    private mutating func checkMappings(_ mount: Mount, _ path: () -> String) {
        if mount.uidMappings.isEmpty != mount.gidMappings.isEmpty {
            report(
                path(), mount.uidMappings.isEmpty ? "uidMappings" : "gidMappings",
                "id-mapped mounts must have both uid and gid mappings specified: " + quotation(of: mount.destination))
        }
        if !mount.uidMappings.isEmpty { check(mount.uidMappings, path(), "uidMappings") }
        if !mount.gidMappings.isEmpty { check(mount.gidMappings, path(), "gidMappings") }
        guard mount.uidMappings.isEmpty, mount.gidMappings.isEmpty, !has(.user) else { return }
        for (index, option) in mount.options.enumerated() where option == "idmap" || option == "ridmap" {
            report(path(), "options[\(index)]", quotation(of: option) + " needs mappings or a user namespace")
        }
    }

    /// What stands below `/proc` is the kernel's word, so nothing may cover it but a few files that tools emulate.
    private mutating func checkDestination(_ mount: Mount, _ path: () -> String) {
        guard Self.mayConcernProc(mount.destination) else { return }
        let destination = mount.destination.cleaned
        if destination == "/proc" {
            if !mount.isBind, mount.type != "proc" {
                report(path(), "type", quotation(of: destination) + " cannot be mounted because it is not of type proc")
            }
        }
    }

    /// Whether a path starts with `/proc`, or may do so after cleaning. Most do not, and cost no more than this.
    private static func mayConcernProc(_ path: Path) -> Bool {
        var previous: UInt8 = 0
        for byte in path.bytes {
            if previous == UInt8(ascii: "/"), byte == UInt8(ascii: "/") || byte == UInt8(ascii: ".") { return true }
            previous = byte
        }
        return path.bytes.hasPrefix("/proc") || !path.isAbsolute
    }
}

extension Mount {
    /// Whether the mount shows a file or directory of the host instead of a filesystem of its own.
    package var isBind: Bool { type == "bind" || options.contains { $0 == "bind" || $0 == "rbind" } }
}

/// The mount options that the runtime itself understands. Any other option goes to the filesystem.
package enum MountOption {
    /// The names of the specification and of mount(8), sorted.
    package static let standardNames: [ByteString] = [
        "async", "atime", "bind", "defaults", "dev", "diratime", "dirsync", "exec", "idmap", "iversion", "lazytime",
        "loud", "mand", "noatime", "nodev", "nodiratime", "noexec", "noiversion", "nolazytime", "nomand", "norelatime",
        "nostrictatime", "nosuid", "nosymfollow", "private", "ratime", "rbind", "rdev", "rdiratime", "relatime",
        "remount", "rexec", "ridmap", "rnoatime", "rnodev", "rnodiratime", "rnoexec", "rnorelatime", "rnostrictatime",
        "rnosuid", "rnosymfollow", "ro", "rprivate", "rrelatime", "rro", "rrw", "rshared", "rslave", "rstrictatime",
        "rsuid", "rsymfollow", "runbindable", "rw", "shared", "silent", "slave", "strictatime", "suid", "symfollow",
        "sync", "tmpcopyup", "unbindable",
    ]

    /// Names that other runtimes know and that concern no filesystem.
    static let extensionNames: [ByteString] = [
        "copy-symlink", "dest-nofollow", "src-nofollow",
    ]

    /// Whether an option is for the runtime and not for a filesystem. Those of user space start with `x-` or `X-`, see
    /// mount(8).
    package static func isStandard(_ option: ByteString) -> Bool {
        standardNames.contains(option) || extensionNames.contains(option) || option.hasPrefix("x-")
            || option.hasPrefix("X-") || option.hasPrefix("idmap=") || option.hasPrefix("ridmap=")
    }
}
