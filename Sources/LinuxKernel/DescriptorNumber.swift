import CLinuxKernel

/// The number of a descriptor, where it is told to somebody or was agreed on: to another process, to a program that is
/// executed, to the kernel in a text.
///
/// It says nothing about who owns the descriptor, nor whether there is one.
package struct DescriptorNumber: RawRepresentable, Hashable, Comparable, Sendable {
    package let rawValue: Int32
    package init(rawValue: Int32) { self.rawValue = rawValue }

    /// Standard input, output and error.
    package static let standardStreams = [0, 1, 2].map { DescriptorNumber(rawValue: $0) }

    /// Those from 3 on that programs are passed. See sd_listen_fds(3).
    package static func passed(_ index: Int32) -> DescriptorNumber { DescriptorNumber(rawValue: 3 + index) }

    package static func < (one: DescriptorNumber, other: DescriptorNumber) -> Bool { one.rawValue < other.rawValue }

    /// Whether it is that of an open file. See fcntl(2), `F_GETFD`.
    package var isOpen: Bool { linux_fcntl(rawValue, F_GETFD, 0) >= 0 }

    /// The first of `count` numbers from this one on that is that of no open file; nil where each is that of one.
    package func firstClosed(among count: Int32) -> DescriptorNumber? {
        var (next, left) = (rawValue, count)
        while left > 0 {
            let some = next..<next + min(left, 256)
            if !Self.areOpen(some), let closed = some.first(where: { !DescriptorNumber(rawValue: $0).isOpen }) {
                return DescriptorNumber(rawValue: closed)
            }
            left -= Int32(some.count)
            next = some.upperBound
        }
        return nil
    }

    /// Whether one call says of all of these that they are those of open files. It says nothing of more than the limit of
    /// descriptors allows. See poll(2), `POLLNVAL`.
    static func areOpen(_ numbers: Range<Int32>) -> Bool {
        withUnsafeTemporaryAllocation(of: pollfd.self, capacity: numbers.count) { entries in
            for (place, number) in zip(entries.indices, numbers) {
                entries.initializeElement(at: place, to: pollfd(fd: number, events: 0, revents: 0))
            }
            guard linux_poll(entries.baseAddress, UInt(entries.count), 0) >= 0 else { return false }
            return entries.allSatisfy { $0.revents & Int16(POLLNVAL) == 0 }
        }
    }

    /// Takes ownership of the descriptor, which must be the caller's to give.
    package func take() -> FileDescriptor { FileDescriptor(owning: rawValue) }

    /// Another descriptor for the open file with this number. See fcntl(2), `F_DUPFD_CLOEXEC`.
    package func duplicate(atLeast minimum: Int32) throws(Errno) -> FileDescriptor {
        try lend { (file) throws(Errno) in try file.duplicate(atLeast: minimum) }
    }

    /// The facts of the open file with this number. See fstat(2).
    package func status() throws(Errno) -> FileStatus { try lend { (file) throws(Errno) in try file.status() } }

    /// Lends the descriptor, which stays with its owner.
    package func lend<Result: ~Copyable, Failure: Error>(
        _ body: (borrowing FileDescriptor) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        let file = FileDescriptor(owning: rawValue)
        do throws(Failure) {
            let result = try body(file)
            _ = file.release()
            return result
        } catch {
            _ = file.release()
            throw error
        }
    }
}

extension FileDescriptor {
    /// The number by which others find the open file, as long as it is open.
    package var number: DescriptorNumber { DescriptorNumber(rawValue: raw) }
}

extension FileDescriptor? {
    /// The number of the descriptor, if there is one.
    package var number: DescriptorNumber? {
        switch self {
        case .some(let descriptor): descriptor.number
        case .none: nil
        }
    }
}

extension DescriptorList {
    /// The numbers of all, in their order.
    package var numbers: [DescriptorNumber] { raw.map { DescriptorNumber(rawValue: $0) } }
}
