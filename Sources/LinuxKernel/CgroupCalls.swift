import CLinuxKernel

/// The type of the file system that holds `path`, following links. See statfs(2).
package func fileSystemKind(_ path: Path) throws(Errno) -> FileSystemKind {
    var raw = statfs()
    try check(path.withCString { linux_statfs($0, &raw) })
    return FileSystemKind(rawValue: Int(raw.f_type))
}

/// Waits until a kernel file such as `cgroup.events` reports a change; false when the time is over. See poll(2), `POLLPRI`.
///
/// A change between the last read of the file and this call counts, so nothing is missed.
package func waitForChange(of descriptor: Int32, milliseconds: Int32) throws(Errno) -> Bool {
    var entry = pollfd(fd: descriptor, events: Int16(POLLPRI), revents: 0)
    let count = linux_poll(&entry, 1, milliseconds)
    // A signal ends the wait early; the caller looks at its condition and its deadline anyway.
    if count == -4 { return false }
    return try check(count) > 0
}

/// Sleeps, or less if a signal comes. See nanosleep(2).
package func sleep(microseconds: UInt) { _ = linux_sleep_microseconds(microseconds) }

/// Reads all of an open kernel file again from its start, as one string.
package func readAgain(_ descriptor: Int32, limit: Int = 4096) throws(Errno) -> ByteString {
    var failure: Errno?
    let bytes = [UInt8](unsafeUninitializedCapacity: limit) { buffer, size in
        do throws(Errno) {
            size = try checkRetrying { linux_pread(descriptor, buffer.baseAddress, limit, 0) }
        } catch {
            failure = error
        }
    }
    if let failure { throw failure }
    return ByteString(bytes: bytes)
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
            let length = Int(buffer.loadUnaligned(fromByteOffset: offset + 16, as: UInt16.self))
            if buffer[offset + 18] == 4, let name = entryName(buffer, from: offset + 19, to: offset + length) {
                names.append(name)
            }
            offset += length
        }
    }
}

extension FileDescriptor {
    /// Opens the process `pid`: the descriptor goes on naming it when its number is used again. See pidfd_open(2).
    package static func process(_ pid: Int32) throws(Errno) -> FileDescriptor {
        FileDescriptor(owning: Int32(try check(linux_pidfd_open(pid, 0))))
    }
}

/// Kills the process behind a descriptor of `FileDescriptor.process`. See pidfd_send_signal(2).
package func killProcess(_ descriptor: Int32) throws(Errno) { try check(linux_pidfd_send_signal(descriptor, SIGKILL)) }
