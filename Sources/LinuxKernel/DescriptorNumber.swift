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
