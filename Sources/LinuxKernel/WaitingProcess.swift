import CLinuxKernel

/// A child that only waits, and ends with this value or with its parent: it keeps a place that must not be empty.
package struct WaitingProcess: ~Copyable {
    private let process: ProcessHandle

    package var pid: Int32 { process.pid }

    /// Clones the child. See clone3(2).
    package init() throws(Errno) {
        var descriptor: Int32 = -1
        var result = 0
        withUnsafeMutablePointer(to: &descriptor) { pointer in
            var clone = linux_clone_args()
            clone.flags = CloneFlags.pidDescriptor.rawValue
            clone.pidfd = UInt64(UInt(bitPattern: pointer))
            clone.exit_signal = UInt64(SIGCHLD)
            result = linux_clone3_waiting(&clone)
        }
        process = ProcessHandle(pid: Int32(try checked(result)), descriptor: FileDescriptor(owning: descriptor))
    }

    deinit {
        // A child that is gone already has nothing left to end.
        _ = linux_pidfd_send_signal(process.descriptor.raw, SIGKILL)
        var status: Int32 = 0
        while linux_wait4(process.pid, &status, Waiting.everyKind) == -Int(EINTR) {}
    }
}
