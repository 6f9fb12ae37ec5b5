import CLinuxKernel

/// Takes a lock on an open file or folder. See flock(2).
///
/// - Returns: false when another process holds it and `waiting` is false.
package func lock(_ descriptor: Int32, shared: Bool = false, waiting: Bool = true) throws(Errno) -> Bool {
    let operation = (shared ? LOCK_SH : LOCK_EX) | (waiting ? 0 : LOCK_NB)
    do throws(Errno) {
        try checkRetrying { linux_flock(descriptor, operation) }
        return true
    } catch Errno.tryAgain {
        return false
    }
}
