import CLinuxKernel

/// Open file descriptors that nobody needs any more, closed together: a call for each row of numbers.
///
/// Each stays open a little longer than it is needed: for descriptors whose closing nobody waits for.
package struct ClosingRow: ~Copyable {
    /// A bit for each number.
    private var numbers: UInt64 = 0

    // A process may be allowed few of them.
    private static let most = 24

    package init() {}

    deinit { Self.close(numbers) }

    /// Takes ownership of one more.
    package mutating func take(_ descriptor: consuming FileDescriptor) {
        // A high number is closed at once.
        guard (0..<Int32(UInt64.bitWidth)).contains(descriptor.raw) else { return }
        numbers |= 1 << UInt64(descriptor.release())
        if numbers.nonzeroBitCount == Self.most { closeAll() }
    }

    /// Closes what was taken.
    package mutating func closeAll() {
        Self.close(numbers)
        numbers = 0
    }

    private static func close(_ numbers: UInt64) {
        var left = numbers
        while left != 0 {
            let first = left.trailingZeroBitCount
            let count = (~(left >> UInt64(first))).trailingZeroBitCount
            close(Int32(first), Int32(count))
            left &= ~((UInt64.max >> UInt64(UInt64.bitWidth - count)) << UInt64(first))
        }
    }

    private static func close(_ first: Int32, _ count: Int32) {
        if count > 1, metered({ linux_close_range(UInt32(first), UInt32(first + count - 1), 0) }) == 0 { return }
        for number in first..<(first + count) { _ = metered { linux_close(number) } }
    }
}
