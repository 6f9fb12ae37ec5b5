import CLinuxKernel

/// The bytes that a call leaves in a buffer, in an array of as many; a negative result of the call is thrown.
///
/// The array's own way to be filled by somebody else looks its type up each time, which takes longer than most calls.
func filledBytes(
    upTo capacity: Int, _ fill: (UnsafeMutableRawPointer?) -> Int
) throws(Errno) -> [UInt8] {
    var result = 0
    if capacity > worthCopying {
        let bytes = [UInt8](unsafeUninitializedCapacity: capacity) { buffer, size in
            result = fill(buffer.baseAddress)
            size = max(0, result)
        }
        try checked(result)
        return bytes
    }
    var bytes: [UInt8] = []
    func take(_ buffer: UnsafeMutableRawBufferPointer) {
        result = fill(buffer.baseAddress)
        guard result > 0 else { return }
        // Many get a NUL behind them.
        bytes.reserveCapacity(result + 1)
        bytes.append(contentsOf: UnsafeRawBufferPointer(rebasing: buffer[..<result]))
    }
    if capacity <= onStack {
        withUnsafeTemporaryAllocation(byteCount: onStack, alignment: 8) { take($0) }
    } else {
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: capacity, alignment: 8)
        take(buffer)
        buffer.deallocate()
    }
    try checked(result)
    return bytes
}

/// How many bytes are taken from the stack.
private let onStack = 1024
/// Above this size the look-up costs less than another copy.
private let worthCopying = 16384
