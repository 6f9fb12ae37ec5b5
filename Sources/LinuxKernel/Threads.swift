import CLinuxKernel

/// Starts a thread that runs `body` and ends with it. See pthread_create(3).
///
/// No handler of the program runs on it, and a write to a pipe that nobody reads ends nothing but the write: it takes no
/// signal, but those of a fault of its own.
package func startThread(_ body: @escaping @Sendable () -> Void) throws(Errno) {
    let box = Unmanaged.passRetained(ThreadBody(body))
    do throws(Errno) {
        try check(
            linux_start_thread(
                { argument in
                    // The very object that was passed.
                    if let argument { Unmanaged<ThreadBody>.fromOpaque(argument).takeRetainedValue().run() }
                    return nil
                }, box.toOpaque()))
    } catch {
        box.release()
        throw error
    }
}

private final class ThreadBody {
    let run: @Sendable () -> Void
    init(_ run: @escaping @Sendable () -> Void) { self.run = run }
}

/// Words of waking that threads wait for, one word for one thread. See eventfd(2), `EFD_SEMAPHORE`.
package struct WakeWords: ~Copyable, Sendable {
    private let descriptor: FileDescriptor

    /// Makes a place without words.
    package init() throws(Errno) {
        // EFD_CLOEXEC, EFD_NONBLOCK and EFD_SEMAPHORE have these values.
        descriptor = FileDescriptor(owning: Int32(try check(linux_eventfd(0, O_CLOEXEC | O_NONBLOCK | 1))))
    }

    /// Leaves a word.
    package func leave() throws(Errno) { try descriptor.write([1, 0, 0, 0, 0, 0, 0, 0]) }

    /// Waits for a word and takes it; false when there is none after `milliseconds`, or another thread was faster.
    package func take(milliseconds: Int32) throws(Errno) -> Bool {
        guard try descriptor.poll(events: PollSet.input, milliseconds: milliseconds) != 0 else { return false }
        do throws(Errno) {
            return try descriptor.read(count: 8).count == 8
        } catch .tryAgain {
            return false
        }
    }
}
