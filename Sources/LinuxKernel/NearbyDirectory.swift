import ByteStrings
import CLinuxKernel

/// Opens files of directories that mostly lie side by side, as those of processes or of cgroups do: the directory above
/// them is kept open from the second one on, so that the way to it is not looked up for each file.
package struct NearbyDirectory: ~Copyable {
    /// The path of the directory above the last file's, with the slash behind it.
    private var above = ByteString()
    private var directory: FileDescriptor?

    package init() {}

    /// Opens the file of a name in `place`, an absolute path.
    package mutating func open(
        _ name: StaticString, in place: Path, _ flags: OpenFlags
    ) throws(Errno) -> FileDescriptor {
        guard let slash = place.bytes.lastIndex(of: UInt8(ascii: "/")), slash + 1 < place.bytes.count else {
            return try FileDescriptor.open(name, in: place, at: .workingDirectory, flags)
        }
        return try open(name, in: place, behind: slash + 1, flags)
    }

    /// Opens a file of a process in /proc.
    package mutating func open(_ name: StaticString, of process: Int32) throws(Errno) -> FileDescriptor {
        try open(name, in: "/proc/\(process)", behind: 6, .readOnly)
    }

    private mutating func open(
        _ name: StaticString, in place: Path, behind count: Int, _ flags: OpenFlags
    ) throws(Errno) -> FileDescriptor {
        let isNear = above.count == count && place.bytes.hasPrefix(above)
        if isNear {
            if directory == nil { directory = Self.open(above) }
        } else {
            above = ByteString(bytes: place.bytes[0..<count])
            directory = nil
        }
        let start = isNear && directory != nil ? count : 0
        let at = start > 0 ? directory?.raw ?? workingDirectory : workingDirectory
        let number = try checkRetrying {
            lendEntry(name, of: place, from: start) { linux_openat(at, $0, flags.rawValue | O_CLOEXEC, 0) }
        }
        return FileDescriptor(owning: Int32(number))
    }

    /// Without it each file is found by its whole path.
    private static func open(_ directory: ByteString) -> FileDescriptor? {
        do throws(Errno) {
            return try FileDescriptor.open(Path(directory), [.path, .directory])
        } catch {
            return nil
        }
    }
}

extension FileDescriptor {
    /// Opens the file of a name in the directory `place`, which is found from `directory`.
    package static func open(
        _ name: StaticString, in place: Path, at directory: borrowing FileDescriptor, _ flags: OpenFlags
    ) throws(Errno) -> FileDescriptor {
        let number = try checkRetrying {
            lendEntry(name, of: place) { linux_openat(directory.raw, $0, flags.rawValue | O_CLOEXEC, 0) }
        }
        return FileDescriptor(owning: Int32(number))
    }
}

/// The facts of the file of a name in the directory `place`, which is found from `directory`; of the link itself.
package func entryStatus(
    _ name: StaticString, in place: Path, at directory: borrowing FileDescriptor
) throws(Errno) -> FileStatus {
    var raw = stat()
    try check(lendEntry(name, of: place) { linux_fstatat(directory.raw, $0, &raw, AT_SYMLINK_NOFOLLOW) })
    return FileStatus(raw)
}

/// Lends the path of a file in the directory `place` without the first `start` bytes. A short one takes no memory.
private func lendEntry(
    _ name: StaticString, of place: Path, from start: Int = 0, _ body: (UnsafePointer<CChar>) -> Int
) -> Int {
    let rest = place.bytes.count - start
    let size = rest + name.utf8CodeUnitCount + 2
    guard size <= 512 else {
        return place.entry(name).withCString { body($0 + start) }
    }
    return withUnsafeTemporaryAllocation(byteCount: 512, alignment: 8) { memory in
        place.withCString { memory.copyMemory(from: UnsafeRawBufferPointer(start: $0 + start, count: rest)) }
        memory[rest] = UInt8(ascii: "/")
        name.withUTF8Buffer { name in
            for index in name.indices { memory[rest &+ 1 &+ index] = name[index] }
        }
        memory[size &- 1] = 0
        // The memory has an address.
        // swift-format-ignore: NeverForceUnwrap
        return body(UnsafePointer(memory.baseAddress!.assumingMemoryBound(to: CChar.self)))
    }
}
