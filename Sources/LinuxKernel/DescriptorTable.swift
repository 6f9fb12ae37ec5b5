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
///
/// Kernels before 5.9 have no such call, those before 5.11 no flag for the mark, and filters may refuse it: then each
/// descriptor that `/proc` lists is treated, so that must be the host's; or, `withoutListing`, each number up to 65535: for
/// a process that has closed all others before, so that every later descriptor got a low number.
private func closeRange(
    from first: Int32, to last: Int32 = .max, onExec: Bool, withoutListing: Bool = false
) throws(Errno) {
    do throws(Errno) {
        try check(linux_close_range(UInt32(first), UInt32(last), onExec ? closeOnExec : 0))
    } catch {
        guard withoutListing else { return try closeEach(from: first, to: last, onExec: onExec) }
        var number = first
        while number <= min(last, 65535) {
            if isOpen(number) { try closeOne(number, onExec: onExec) }
            number += 1
        }
    }
}

private func closeOne(_ number: Int32, onExec: Bool) throws(Errno) {
    if onExec {
        try check(linux_fcntl(number, F_SETFD, Int(FD_CLOEXEC)))
    } else {
        FileDescriptor(owning: number).close()
    }
}

private func closeEach(from first: Int32, to last: Int32, onExec: Bool) throws(Errno) {
    let directory = try FileDescriptor.open("/proc/self/fd", [.readOnly, .directory])
    guard try directory.fileSystemKind() == .proc else { throw .noSuchDevice }
    for name in try directory.directoryEntries() {
        // Each is a number of the kernel's.
        let number = name.bytes.reduce(Int32(0)) { $0 &* 10 &+ Int32($1) &- 48 }
        guard number >= first, number <= last, number != directory.raw else { continue }
        try closeOne(number, onExec: onExec)
    }
}

/// Closes all descriptors behind `last` but some, which close in the programs that are executed.
///
/// - Parameter withoutListing: `/proc` may not be the host's any more, and no descriptor has a high number.
package func closeDescriptors(
    behind last: DescriptorNumber, but kept: [DescriptorNumber], withoutListing: Bool = false
) throws(Errno) {
    var end = last.rawValue
    for number in kept.map(\.rawValue).sorted() where number > end {
        if number - end > 1 {
            try closeRange(from: end + 1, to: number - 1, onExec: false, withoutListing: withoutListing)
        }
        end = number
    }
    try closeRange(from: end + 1, onExec: false, withoutListing: withoutListing)
}

/// Makes every descriptor from 3 on close in the programs that are executed: what the caller left open is for none of
/// them. See close_range(2), `CLOSE_RANGE_CLOEXEC`.
package func closeOthersOnExec() throws(Errno) { try closeRange(from: 3, onExec: true) }

private func isOpen(_ number: Int32) -> Bool { linux_fcntl(number, F_GETFD, 0) >= 0 }
