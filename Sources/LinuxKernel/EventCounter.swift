import CLinuxKernel

/// A counter that the kernel raises when something happens. See eventfd(2).
package struct EventCounter: ~Copyable, Sendable {
    /// What can be waited on.
    package let descriptor: FileDescriptor

    /// Makes a counter that stands at zero.
    package init() throws(Errno) {
        // EFD_CLOEXEC and EFD_NONBLOCK have these values.
        descriptor = FileDescriptor(owning: Int32(try check(linux_eventfd(0, O_CLOEXEC | O_NONBLOCK))))
    }

    /// Takes what has been counted since the last time; 0 when nothing has.
    package func take() throws(Errno) -> UInt64 {
        do throws(Errno) {
            let bytes = try descriptor.read(count: 8)
            guard bytes.count == 8 else { return 0 }
            return bytes.withUnsafeBytes { $0.loadUnaligned(as: UInt64.self) }
        } catch .tryAgain {
            return 0
        }
    }
}
