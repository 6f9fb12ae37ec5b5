import CLinuxKernel

/// A network namespace that is being made beside other work, with its loopback interface up.
///
/// The kernel makes it in a thread of its own, which ends with that: no other part of the process notices. See unshare(2).
package final class NetworkNamespaceMaker {
    private let maker = UnsafeMutablePointer<linux_namespace_maker>.allocate(capacity: 1)

    /// Begins.
    package init() { _ = metered { linux_start_namespace_maker(maker) } }

    /// Waits for it, and gives its file, which stays open as long as this object; nil where it could not be made, which the
    /// kernel explains to who asks again with a clone.
    package func file() -> DescriptorNumber? {
        let file = metered { linux_await_namespace_maker(maker) }
        return file < 0 ? nil : DescriptorNumber(rawValue: Int32(file))
    }

    deinit {
        // The thread writes into the memory until its end.
        if let number = file() { _ = FileDescriptor(owning: number.rawValue) }
        maker.deallocate()
    }
}
