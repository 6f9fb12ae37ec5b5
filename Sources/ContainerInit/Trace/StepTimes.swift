import ByteStrings
import LinuxKernel

/// The times of the child's steps, on their way to the runtime.
///
/// As its last word, they are left in memory that both share: a store to memory passes every filter, goes on when the
/// conversation is over, and is there whatever ends the child. The memory is two numbers, how many samples there are and whether
/// the last one is an end, and then the samples: one before each step.
package struct StepTimes {
    private let memory: UnsafeMutableRawBufferPointer
    private var count = 0

    private static let headerSize = 16
    private static let sampleSize = MemoryLayout<UsageSample>.size

    /// The bytes that the times of so many steps take.
    package static func size(steps: Int) -> Int { headerSize + (steps + 1) * sampleSize }

    /// The child's part: maps the open file `memory` and begins to count system calls.
    package init(in memory: borrowing FileDescriptor) throws(Errno) {
        self.memory = try memory.mapShared(count: try memory.status().size)
        CallMeter.start()
    }

    /// Remembers that a step begins, and that the one before is over.
    package mutating func beginStep() {
        let offset = Self.headerSize + count * Self.sampleSize
        guard offset + Self.sampleSize <= memory.count else { return }
        memory.storeBytes(of: UsageSample.now, toByteOffset: offset, as: UsageSample.self)
        count += 1
        // The number last: it says that the sample is there.
        memory.storeBytes(of: UInt64(count), as: UInt64.self)
    }

    /// Remembers that the step is over, and that none follows it.
    package mutating func end() {
        beginStep()
        memory.storeBytes(of: 1, toByteOffset: 8, as: UInt64.self)
    }

    /// The runtime's part: the samples that the child left in the open file `memory`, and whether the last one is an end.
    ///
    /// They come from where a container may have got hold of the child: they are bounded, and what they say is only shown.
    package static func read(
        _ memory: borrowing FileDescriptor, steps: Int
    ) throws(Errno) -> (samples: [UsageSample], hasEnded: Bool) {
        let bytes = try memory.readFromStart(count: size(steps: steps))
        guard bytes.count >= headerSize else { return ([], false) }
        return bytes.withUnsafeBytes { bytes in
            let most = (bytes.count - headerSize) / sampleSize
            let count = min(bytes.loadUnaligned(as: UInt64.self), UInt64(most))
            let samples = (0..<Int(count)).map {
                bytes.loadUnaligned(fromByteOffset: headerSize + $0 * sampleSize, as: UsageSample.self)
            }
            return (samples, bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self) != 0)
        }
    }
}
