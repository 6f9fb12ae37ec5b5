import Containers
import Glibc
import Synchronization

/// A service as they are without concurrency: a thread for each request at a time, children and signals of its own.
extension Probe {
    /// Handles `count` requests, `parallel` at a time; gives what is wrong with any.
    func serve(_ count: Int, _ parallel: Int) -> [String] {
        // Its own way with signals: a handler for the ends of its own children, a mask on the threads that serve.
        signal(SIGCHLD) { _ in }
        signal(SIGPIPE, SIG_DFL)
        let unreaped = ForeignChild(endingWith: 42)
        unreaped.awaitEnd()
        let failures = Mutex<[String]>([])
        let next = Numbers()
        let threads = (0..<parallel).map { _ in
            Thread {
                while true {
                    let number = next.take()
                    guard number < count else { return }
                    if let failure = self.request(number) { failures.withLock { $0.append(failure) } }
                }
            }
        }
        for thread in threads { thread.join() }
        if unreaped.reap() != 42 { failures.withLock { $0.append("a child of the service was reaped by the library") } }
        return failures.withLock { $0 }
    }

    /// One request: a container, while a child of the service's own ends.
    private func request(_ number: Int) -> String? {
        let own = ForeignChild(endingWith: Int32(number % 5), leavingOrphan: number % 10 == 0)
        let answer = Answer()
        Task { answer.give(await runOne(number)) }
        let failure = answer.wait()
        guard own.reap() == Int32(number % 5) else { return "the service's own child has lost its status" }
        return failure
    }
}

/// What a thread waits for.
private final class Answer: @unchecked Sendable {
    private var semaphore = sem_t()
    private var text: String?

    init() { sem_init(&semaphore, 0, 0) }
    deinit { sem_destroy(&semaphore) }

    func give(_ text: String?) {
        self.text = text
        sem_post(&semaphore)
    }

    func wait() -> String? {
        while sem_wait(&semaphore) == -1, errno == EINTR {}
        return text
    }
}

/// A thread that can be waited for.
struct Thread {
    private final class Body {
        let run: @Sendable () -> Void
        init(_ run: @escaping @Sendable () -> Void) { self.run = run }
    }

    private var identifier = pthread_t()

    init(_ run: @escaping @Sendable () -> Void) {
        pthread_create(
            &identifier, nil,
            { argument in
                // What was passed below.
                if let argument { Unmanaged<Body>.fromOpaque(argument).takeRetainedValue().run() }
                return nil
            }, Unmanaged.passRetained(Body(run)).toOpaque())
    }

    func join() { pthread_join(identifier, nil) }
}
