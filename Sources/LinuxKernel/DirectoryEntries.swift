import CLinuxKernel

extension FileDescriptor {
    /// The names in the open directory, without `.` and `..`, in the order the kernel gives them. See getdents(2).
    package func directoryEntries() throws(Errno) -> [PathComponent] { try entries(bufferSize: 32768) { _ in true } }

    /// The names of the directories in the open directory, told by the entries' kind alone. See getdents(2), `d_type`.
    ///
    /// Serves kernel file systems, which always give the kind.
    func subdirectoryNames() throws(Errno) -> [PathComponent] {
        try entries(bufferSize: 8192) { $0 == EntryLayout.directory }
    }

    /// The names of the entries whose kind is wanted.
    private func entries(bufferSize: Int, where isWanted: (UInt8) -> Bool) throws(Errno) -> [PathComponent] {
        var names: [PathComponent] = []
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: bufferSize, alignment: 8)
        defer { buffer.deallocate() }
        while true {
            let count = try checkRetrying { linux_getdents(raw, buffer.baseAddress, buffer.count) }
            if count == 0 { return names }
            var offset = 0
            while offset < count {
                let length = Int(buffer.loadUnaligned(fromByteOffset: offset + EntryLayout.length, as: UInt16.self))
                if isWanted(buffer[offset + EntryLayout.kind]),
                    let name = LinuxKernel.entryName(buffer, from: offset + EntryLayout.name, to: offset + length)
                {
                    names.append(name)
                }
                offset += length
            }
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
