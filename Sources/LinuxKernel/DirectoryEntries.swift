import CLinuxKernel

/// The names in a directory, without `.` and `..`, in the order the kernel gives them. See getdents(2).
func directoryEntries(of descriptor: Int32) throws(Errno) -> [PathComponent] {
    var names: [PathComponent] = []
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 32768, alignment: 8)
    defer { buffer.deallocate() }
    while true {
        let count = try checkRetrying { linux_getdents(descriptor, buffer.baseAddress, buffer.count) }
        if count == 0 { return names }
        var offset = 0
        while offset < count {
            let length = Int(buffer.loadUnaligned(fromByteOffset: offset + EntryLayout.length, as: UInt16.self))
            if let name = entryName(buffer, from: offset + EntryLayout.name, to: offset + length) { names.append(name) }
            offset += length
        }
    }
}

extension FileDescriptor {
    /// The names in the open directory, without `.` and `..`, in the order the kernel gives them. See getdents(2).
    package func directoryEntries() throws(Errno) -> [PathComponent] { try LinuxKernel.directoryEntries(of: raw) }
}

/// The names of the directories in a directory, told by the entries' kind alone. See getdents(2), `d_type`.
///
/// Serves kernel file systems, which always give the kind.
func subdirectoryNames(of descriptor: Int32) throws(Errno) -> [PathComponent] {
    var names: [PathComponent] = []
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 8192, alignment: 8)
    defer { buffer.deallocate() }
    while true {
        let count = try checkRetrying { linux_getdents(descriptor, buffer.baseAddress, buffer.count) }
        if count == 0 { return names }
        var offset = 0
        while offset < count {
            let length = Int(buffer.loadUnaligned(fromByteOffset: offset + EntryLayout.length, as: UInt16.self))
            if buffer[offset + EntryLayout.kind] == EntryLayout.directory,
                let name = entryName(buffer, from: offset + EntryLayout.name, to: offset + length)
            {
                names.append(name)
            }
            offset += length
        }
    }
}

/// The name of an entry that getdents(2) gave; nil for `.` and `..`.
func entryName(_ buffer: UnsafeMutableRawBufferPointer, from start: Int, to limit: Int) -> PathComponent? {
    var end = start
    while end < limit, buffer[end] != 0 { end += 1 }
    let bytes = UnsafeRawBufferPointer(rebasing: buffer[start..<end])
    guard let name = PathComponent(ByteString(bytes: bytes.bindMemory(to: UInt8.self))), name.isName else { return nil }
    return name
}

/// Where struct linux_dirent64 has its parts.
private enum EntryLayout {
    static let length = 16
    static let kind = 18
    static let name = 19
    /// The kind of a directory: `DT_DIR`.
    static let directory: UInt8 = 4
}
