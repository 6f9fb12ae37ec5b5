import CLinuxKernel

/// Descriptors that one thread waits for, each of them once. See epoll(7).
package struct EventQueue: ~Copyable, Sendable {
    private let descriptor: FileDescriptor

    /// Something can be read.
    package static let input: UInt32 = 0x001
    /// A kernel file has changed.
    package static let priority: UInt32 = 0x002
    /// Something can be written.
    package static let output: UInt32 = 0x004

    /// Makes a queue without descriptors.
    package init() throws(Errno) { descriptor = FileDescriptor(owning: Int32(try check(linux_epoll_create()))) }

    /// Waits for `events` of a descriptor that is not in the queue, until the first of them comes.
    ///
    /// - Throws: `notPermitted` for what is always ready, such as a regular file.
    package func add(_ file: borrowing FileDescriptor, events: UInt32, identifier: UInt64) throws(Errno) {
        try check(linux_epoll_add(descriptor.raw, file.raw, events, identifier))
    }

    /// Takes a descriptor out again; one that is not there is no error.
    package func remove(_ number: DescriptorNumber) { _ = linux_epoll_remove(descriptor.raw, number.rawValue) }

    /// Waits for the next events; gives the identifiers of the descriptors that are ready.
    package func wait() throws(Errno) -> [UInt64] {
        var identifiers = [UInt64](repeating: 0, count: 64)
        var events = [UInt32](repeating: 0, count: 64)
        let count = try checkRetrying { linux_epoll_wait(descriptor.raw, &identifiers, &events, 64) }
        return Array(identifiers.prefix(count))
    }
}
