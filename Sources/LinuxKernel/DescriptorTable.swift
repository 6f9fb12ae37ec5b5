import CLinuxKernel

extension FileDescriptor {
    /// Makes the number `target` name this open file, without close-on-exec. See dup2(2).
    package func duplicate(onto target: DescriptorNumber) throws(Errno) {
        if number == target {
            try check(linux_fcntl(raw, F_SETFD, 0))
        } else {
            try check(linux_dup3(raw, target.rawValue, 0))
        }
    }

    /// Makes reads and writes of the open file return at once. See fcntl(2), `O_NONBLOCK`.
    package func setNonBlocking() throws(Errno) {
        let flags = try check(linux_fcntl(raw, F_GETFL, 0))
        try check(linux_fcntl(raw, F_SETFL, flags | Int(O_NONBLOCK)))
    }

    /// Whether the file was opened so that it can be written to. See fcntl(2), `F_GETFL`.
    package func isWritable() throws(Errno) -> Bool {
        try check(linux_fcntl(raw, F_GETFL, 0)) & Int(O_ACCMODE) != Int(O_RDONLY)
    }
}

/// `CLOSE_RANGE_CLOEXEC`.
private let closeOnExec: UInt32 = 4

/// Marks all descriptors from `first` to `last` close-on-exec, or closes them. See close_range(2).
private func closeRange(from first: Int32, to last: Int32 = .max, onExec: Bool) throws(Errno) {
    try check(linux_close_range(UInt32(first), UInt32(last), onExec ? closeOnExec : 0))
}

/// Closes all descriptors behind `last` but some, which close in the programs that are executed.
package func closeDescriptors(behind last: DescriptorNumber, but kept: [DescriptorNumber]) throws(Errno) {
    var end = last.rawValue
    for number in kept.map(\.rawValue).sorted() where number > end {
        if number - end > 1 { try closeRange(from: end + 1, to: number - 1, onExec: false) }
        end = number
    }
    try closeRange(from: end + 1, onExec: false)
}

/// Makes every descriptor from 3 on close in the programs that are executed, and fails where that takes more than one call.
/// See close_range(2), `CLOSE_RANGE_CLOEXEC`.
package func closeRestOnExec() throws(Errno) { try closeRange(from: 3, onExec: true) }

/// Makes every descriptor from 3 on close in the programs that are executed: what the caller left open is for none of
/// them. See close_range(2), `CLOSE_RANGE_CLOEXEC`.
package func closeOthersOnExec() throws(Errno) {
    do throws(Errno) {
        try closeRange(from: 3, onExec: true)
    } catch {
        // Kernels before 5.11, and filters that do not know the call.
        let directory = try FileDescriptor.open("/proc/self/fd", [.readOnly, .directory])
        let names: [PathComponent] = try directory.directoryEntries()
        for name in names {
            // Each is a number of the kernel's.
            let number = name.bytes.reduce(Int32(0)) { $0 &* 10 &+ Int32($1) &- 48 }
            guard number > 2 else { continue }
            try check(linux_fcntl(number, F_SETFD, Int(FD_CLOEXEC)))
        }
    }
}
