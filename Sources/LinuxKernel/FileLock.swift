import CLinuxKernel

extension FileDescriptor {
    /// Takes a lock on the open file or directory. See flock(2).
    ///
    /// - Returns: false when another process holds it and `waiting` is false.
    package func lock(shared: Bool = false, waiting: Bool = true) throws(Errno) -> Bool {
        let operation = (shared ? LOCK_SH : LOCK_EX) | (waiting ? 0 : LOCK_NB)
        do throws(Errno) {
            try checkRetrying { linux_flock(raw, operation) }
            return true
        } catch Errno.tryAgain {
            return false
        }
    }
}
