import CLinuxKernel

/// Several open file descriptors with one owner, closed together.
///
/// Move-only values cannot be elements of an array, and a child between clone and exec needs plain numbers in a row.
package struct DescriptorList: ~Copyable, Sendable {
    /// The numbers, for calls; they stay owned by this value.
    private(set) var raw: [Int32]

    /// Makes a list without descriptors.
    package init(capacity: Int = 0) {
        raw = []
        raw.reserveCapacity(capacity)
    }

    deinit {
        for number in raw { _ = linux_close(number) }
    }

    /// Gives each to `body`, with its place, and keeps none.
    package mutating func takeEach(_ body: (Int, consuming FileDescriptor) -> Void) {
        let numbers = raw
        raw = []
        for (index, number) in numbers.enumerated() { body(index, FileDescriptor(owning: number)) }
    }

    /// How many there are.
    package var count: Int { raw.count }

    /// Takes ownership of one more.
    package mutating func append(_ descriptor: consuming FileDescriptor) { raw.append(descriptor.release()) }
}
