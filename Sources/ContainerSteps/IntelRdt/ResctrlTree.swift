import ByteStrings
import ContainerInit
import LinuxKernel

/// A tree of resctrl, in which a directory is a class of service or a monitoring group.
package struct ResctrlTree: ~Copyable {
    private let root: FileDescriptor
    private let files: OpenFlags
    /// The directories that were made here, in order.
    package private(set) var made: [Path] = []

    /// Opens the file system mounted at `path`.
    package init(mountedAt path: Path) throws(ContainerError) {
        let directory = try attempt("open", path) { () throws(Errno) in
            let directory = try FileDescriptor.open(path, [.path, .directory])
            guard try directory.fileSystemKind() == .resctrl else { throw .noSuchDevice }
            return directory
        }
        self.init(directory: directory)
    }

    /// - Parameter files: how its files are opened for writing. In resctrl they are there once their directory is.
    package init(directory: consuming FileDescriptor, files: OpenFlags = .writeOnly) {
        root = directory
        self.files = files
    }

    /// Puts a process into the class of a step, with its limits, and into a monitoring group.
    package mutating func join(_ step: IntelRdtStep, _ pid: Int32) throws(ContainerError) {
        let isNew = try makeClass(step)
        let existing = isNew || step.isOwn ? nil : try readSchemata(step)
        if let existing {
            for limit in step.limits where ResctrlSchema(limit)?.holds(in: existing) != true {
                throw ContainerError(
                    .invalidConfiguration, origin: Origin(.intelRdt), subject: quoted(limit),
                    reason: "the class of service " + step.path + " exists with other limits: "
                        + Self.shown(existing))
            }
        }
        let lines = (existing == nil ? step.limits : []) + step.schemata
        if !lines.isEmpty {
            try write(lines.joined(), to: "schemata", in: step.group)
        }
        try write("\(pid)", to: "tasks", in: step.group)
        if let monitoring = step.monitoring {
            let group = step.group.appending("mon_groups/\(monitoring)")
            _ = try makeSubdirectory(group, remedy: "the processor monitors only so many groups at a time")
            try write("\(pid)", to: "tasks", in: group)
        }
    }

    /// Adds a process to a group that exists; one that does not is passed over.
    package func add(_ pid: Int32, to group: Path) throws(ContainerError) {
        guard fileExists(group.isEmpty ? "." : group, at: root) else { return }
        try write("\(pid)", to: "tasks", in: group)
    }

    /// Writes other limits of a class that exists, and gives the lines that bring the former ones back.
    package func replaceLimits(of group: Path, by lines: [ByteString]) throws(ContainerError) -> [ByteString] {
        let file = group.appending("schemata")
        let existing = try attempt("read", file) { () throws(Errno) in try readKernelFile(file, at: root) }
        let resources = lines.flatMap { $0.parts(separatedBy: UInt8(ascii: "\n")) }.compactMap {
            ResctrlSchema($0)?.resource
        }
        let former = existing.parts(separatedBy: UInt8(ascii: "\n")).filter { line in
            ResctrlSchema(line).map { resources.contains($0.resource) } ?? false
        }
        try write(lines.joined(), to: "schemata", in: group)
        return former.map { ByteString(bytes: $0.drop { $0 == UInt8(ascii: " ") }) }
    }

    /// Removes a group, if it is there; its processes fall back to the group above.
    package func remove(_ group: Path) throws(ContainerError) {
        do throws(Errno) {
            try unlink(group, at: root, isDirectory: true)
        } catch .noSuchFileOrDirectory {
            return
        } catch {
            throw ContainerError(operation: "rmdir", origin: Origin(.intelRdt), subject: group, errno: error)
        }
    }

    /// Removes what `join` made, as far as that goes.
    package mutating func undo(_ report: WarningReport) {
        while let directory = made.popLast() {
            do throws(ContainerError) {
                try remove(directory)
            } catch {
                report(error.message)
            }
        }
    }

    /// Adds a process to the group at a path of the host; one that does not exist is passed over.
    package static func add(_ pid: Int32, to path: Path) throws(ContainerError) {
        if fileExists(path) { try ResctrlTree(mountedAt: path).add(pid, to: "") }
    }

    /// Removes the group at a path of the host, if it is there.
    package static func remove(_ path: Path) throws(ContainerError) {
        guard let (directory, name) = path.parentAndName, fileExists(path) else { return }
        try ResctrlTree(mountedAt: directory).remove(Path(name))
    }

    // MARK: - Files

    private mutating func makeClass(_ step: IntelRdtStep) throws(ContainerError) -> Bool {
        if step.group.isEmpty { return false }
        if step.makesMissing {
            return try makeSubdirectory(step.group, remedy: "the processor has only so many classes of service")
        }
        guard fileExists(step.group, at: root) else {
            throw ContainerError(
                .invalidConfiguration, origin: Origin(.intelRdt), subject: step.path, errno: .noSuchFileOrDirectory,
                reason: "the class of service does not exist, and the configuration gives no limits to make it with")
        }
        return false
    }

    /// Makes a directory; false when it is there already.
    private mutating func makeSubdirectory(_ name: Path, remedy: String) throws(ContainerError) -> Bool {
        do throws(Errno) {
            try makeDirectory(name, at: root, mode: 0o755)
            made.append(name)
            return true
        } catch .fileExists {
            return false
        } catch {
            throw ContainerError(
                operation: "mkdir", origin: Origin(.intelRdt), subject: name, errno: error, reason: lastStatus(),
                remedy: error == .noSpace ? remedy : "")
        }
    }

    private func readSchemata(_ step: IntelRdtStep) throws(ContainerError) -> ByteString {
        let file = step.group.appending("schemata")
        return try attempt("read", file) { () throws(Errno) in try readKernelFile(file, at: root) }
    }

    private func write(_ text: ByteString, to file: Path, in group: Path) throws(ContainerError) {
        let path = group.appending(file)
        do throws(Errno) {
            let opened = try FileDescriptor.open(path, at: root, files, mode: 0o644)
            try opened.writeOnce(text)
        } catch {
            throw ContainerError(
                operation: "write " + quoted(Self.shown(text)) + " to",
                origin: Origin(.intelRdt), subject: path, errno: error, reason: lastStatus())
        }
    }

    /// What the kernel says about the last request, if it was a failure.
    private func lastStatus() -> String {
        do throws(Errno) {
            let text: ByteString = try readKernelFile("info/last_cmd_status", at: root, limit: 4096)
            return text == "ok" ? "" : Self.shown(text)
        } catch {
            return ""
        }
    }

    /// Lines as a part of a message.
    private static func shown(_ lines: ByteString) -> String {
        lines.split(separator: UInt8(ascii: "\n"))
            .map { ByteString(bytes: $0.drop { $0 == UInt8(ascii: " ") }).text }.joined(separator: ", ")
    }
}

extension [ByteString] {
    /// The lines with a line feed after each.
    fileprivate func joined() -> ByteString { reduce(ByteString()) { "\($0)\($1)\n" } }
}
