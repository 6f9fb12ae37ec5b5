import ByteStrings
import LinuxKernel

/// A controller that could not be enabled for the container's cgroup.
struct DisabledController: Hashable, Sendable {
    let name: String
    /// The cgroup whose children should have got it.
    let directory: Path
    let errno: Errno
}

extension Cgroup {
    /// The controllers that the cgroup at `directory` has, as its file names them.
    func enabledControllers(at directory: Path) throws(CgroupError) -> ByteString {
        let path: Path = "\(directory)/cgroup.controllers"
        return try attempt("read", path) { () throws(Errno) in try readKernelFile(path, isOneRecord: true) }
    }

    /// Enables the controllers from the top of the hierarchy down to the cgroup.
    ///
    /// One that a level refuses is noted and left out below it: it is an error only if a limit needs it.
    mutating func enable(_ controllers: ByteString, for index: Int) throws(CgroupError) {
        let leaf = branches[index].directory
        var directory = branches[index].mountPoint
        var names = Self.words(controllers)
        for part in leaf.relative(to: directory)?.components ?? [] {
            if names.isEmpty { break }
            names = try enable(names, in: directory)
            directory = directory.appending(part)
        }
        guard notEnabled.contains(where: { $0.errno == .notSupported }) else { return }
        try checkType(index)
    }

    /// Enables what it can for the children of `directory` and returns that.
    private mutating func enable(_ names: [String], in directory: Path) throws(CgroupError) -> [String] {
        let path: Path = "\(directory)/cgroup.subtree_control"
        let file: FileDescriptor
        do throws(Errno) {
            file = try FileDescriptor.open(path, .writeOnly)
        } catch {
            // Where another user has delegated the cgroup, the levels above are set up already.
            let present = try attempt("read", path) { () throws(Errno) in try readKernelFile(path, isOneRecord: true) }
            let enabled = Self.words(present)
            for name in names where !enabled.contains(name) {
                notEnabled.append(DisabledController(name: name, directory: directory, errno: error))
            }
            return names.filter { enabled.contains($0) }
        }
        do throws(Errno) {
            try file.writeOnce(ByteString(names.map { "+" + $0 }.joined(separator: " ")))
            return names
        } catch .busy {
            // The cgroup holds processes. Some controllers could be enabled nevertheless, but that would put it into
            // threaded mode, which takes all others from it and lets no process into the cgroups below.
            for name in names {
                notEnabled.append(DisabledController(name: name, directory: directory, errno: .busy))
            }
            return []
        } catch {
            // The kernel takes all or none: find out which.
        }
        var enabled: [String] = []
        for name in names {
            do throws(Errno) {
                try file.writeOnce("+\(name)")
                enabled.append(name)
            } catch {
                notEnabled.append(DisabledController(name: name, directory: directory, errno: error))
            }
        }
        return enabled
    }

    /// Makes a cgroup threaded that threaded neighbours keep from being a domain, as runc does: else no process could join it.
    /// It has the controllers that count threads; a limit of another one is an error later.
    private mutating func checkType(_ index: Int) throws(CgroupError) {
        guard try read("cgroup.type", of: index) == "domain invalid" else { return }
        let leaf = branches[index].directory
        var directory = branches[index].mountPoint
        for part in leaf.relative(to: directory)?.components ?? [] {
            directory = directory.appending(part)
            let file: Path = "\(directory)/cgroup.type"
            do throws(Errno) {
                if try readKernelFile(file) == "domain invalid" { try writeKernelFile(file, "threaded") }
            } catch {
                throw CgroupError(
                    operation: "write", path: file.text, value: "threaded", errno: error,
                    reason: "the cgroup is \"domain invalid\", since one above it is in threaded mode")
            }
        }
    }

    /// The kernel's own words in a list of controllers.
    static func words(_ list: ByteString) -> [String] {
        list.split(separator: UInt8(ascii: " ")).compactMap { String(valid: $0) }
    }

    /// Why a controller is missing in the container's cgroup, in words.
    func reasonForMissing(_ controller: String) -> String {
        if branches.contains(where: {
            $0.refusal != nil && ($0.controllers.contains(controller) || kind == .unified)
        }) {
            return "cannot set " + controller + " limit: container could not join or create cgroup"
        }
        guard let failure = notEnabled.first(where: { $0.name == controller }) else {
            if isOnHost(controller) {
                return "the " + controller + " controller is not enabled for the container's cgroup" + Self.delegation
            }
            return "this host has no " + controller + " controller to enforce it with"
        }
        var text = "the " + controller + " controller cannot be enabled in " + failure.directory.text + ": "
        switch failure.errno {
        case .busy: text += "the cgroup itself holds processes, so its children can have no controllers"
        case .notSupported: text += "the cgroup is in threaded mode"
        case .permissionDenied, .notPermitted: text += failure.errno.message + Self.delegation
        default: text += failure.errno.message
        }
        return text
    }

    private static let delegation =
        ": whose cgroup it is has to enable it there, as systemd does for what Delegate= of user@.service names"

    /// Whether cgroup2 has the controller at its top.
    private func isOnHost(_ controller: String) -> Bool {
        guard kind == .unified, let index = unifiedIndex else { return false }
        do throws(CgroupError) {
            return try Self.words(enabledControllers(at: branches[index].mountPoint)).contains(controller)
        } catch {
            return false
        }
    }
}
