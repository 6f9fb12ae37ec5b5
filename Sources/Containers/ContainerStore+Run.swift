import ContainerInit
import Synchronization

extension ContainerStore {
    /// Makes a container, starts it, does `body` beside its program, waits for the program's end and removes the container.
    ///
    /// When `body` is done, the input of the program is closed and what it still writes is dropped. The container is killed
    /// when the time is over, when `body` throws and when the task is cancelled; it is removed in any case, with all that
    /// is in it, before the call returns.
    ///
    /// - Parameters:
    ///   - source: the configuration, as a value or as a bundle.
    ///   - id: a name, unique in the store; nil makes one up.
    ///   - streams: what the program reads and writes.
    ///   - options: what the configuration does not say.
    ///   - timeLimit: how long the program may run, from its start on; nil sets no limit.
    ///   - body: gets the program's process, with its streams.
    /// - Returns: how the program ended, and what `body` has returned.
    /// - Throws: what `create` throws, what `body` throws, `cancelled`.
    public func run<Value>(
        _ source: ContainerSource, id: String? = nil, streams: ProcessStreams = .piped,
        options: ContainerOptions = ContainerOptions(), timeLimit: Duration? = nil,
        isolation: isolated (any Actor)? = #isolation, body: (Execution) async throws -> Value
    ) async throws -> ExecutionOutcome<Value> {
        let container = try await create(id ?? Self.madeUpName(), source, streams: streams, options: options)
        let limit: TimeLimit
        let process: Execution
        let value: Value
        do {
            process = try container.needProcess()
            try await container.start()
            limit = TimeLimit(timeLimit, of: container)
            value = try await withTaskCancellationHandler {
                try await body(process)
            } onCancel: {
                container.killSoon()
            }
            process.standardInput.finish()
            process.dropOutput()
        } catch {
            try await container.removeAfterFailure()
            throw Task.isCancelled ? ContainerError.cancelled : error
        }
        let end = await withTaskCancellationHandler {
            await process.child.end.value()
        } onCancel: {
            container.killSoon()
        }
        let isOver = limit.end()
        try await container.delete(force: true)
        if Task.isCancelled { throw ContainerError.cancelled }
        if let failure = end.failure { throw failure }
        return ExecutionOutcome(
            terminationStatus: end.termination.status, resourceUsage: end.termination.resourceUsage,
            exceededTimeLimit: isOver, value: value)
    }

    /// Runs a program in a container of its own and collects what it writes.
    ///
    /// - Parameters:
    ///   - source: the configuration, as a value or as a bundle.
    ///   - id: a name, unique in the store; nil makes one up.
    ///   - input: what the program reads.
    ///   - limit: how many bytes it may write to each of its outputs.
    ///   - options: what the configuration does not say.
    ///   - timeLimit: how long the program may run; nil sets no limit. What it wrote until then is in the result.
    /// - Throws: what `create` throws; `tooMuchOutput`; `cancelled`. Whatever is thrown, the container is gone.
    public func run(
        _ source: ContainerSource, id: String? = nil, input: ProcessStreams.Input = .none,
        collectingUpTo limit: Int = 1 << 20, options: ContainerOptions = ContainerOptions(),
        timeLimit: Duration? = nil
    ) async throws(ContainerError) -> CollectedOutput {
        do {
            let outcome = try await run(
                source, id: id, streams: ProcessStreams(input: input), options: options, timeLimit: timeLimit
            ) { process in
                // Both at the same time: a program may fill the one before it writes to the other.
                async let error = process.standardError.collect(upTo: limit)
                let output = try await process.standardOutput.collect(upTo: limit)
                return (output, try await error)
            }
            return CollectedOutput(
                terminationStatus: outcome.terminationStatus, resourceUsage: outcome.resourceUsage,
                exceededTimeLimit: outcome.exceededTimeLimit, standardOutput: outcome.value.0,
                standardError: outcome.value.1)
        } catch let error as ContainerError {
            throw error
        } catch {
            // The body above throws nothing else.
            throw ContainerError(reason: "\(error)")
        }
    }

    private static func madeUpName() -> String { "run-" + String(UInt64.random(in: .min ... .max), radix: 36) }
}

/// How a program ended that `ContainerStore.run` has run, and what was done beside it.
public struct ExecutionOutcome<Value> {
    /// How it ended.
    public let terminationStatus: TerminationStatus
    /// What its first process had used; nil where nobody knows.
    public let resourceUsage: ResourceUsage?
    /// Whether it was killed because its time was over.
    public let exceededTimeLimit: Bool
    /// What the body has returned.
    public let value: Value
}

extension ExecutionOutcome: Sendable where Value: Sendable {}

/// How a program ended, and all that it wrote.
public struct CollectedOutput: Hashable, Sendable {
    /// How it ended.
    public let terminationStatus: TerminationStatus
    /// What its first process had used; nil where nobody knows.
    public let resourceUsage: ResourceUsage?
    /// Whether it was killed because its time was over.
    public let exceededTimeLimit: Bool
    /// What it wrote to its standard output; `text` makes a `String` of it.
    public let standardOutput: ByteString
    /// What it wrote to its standard error.
    public let standardError: ByteString
}

/// The time that a container has.
private struct TimeLimit {
    private let task: Task<Void, Never>?
    private let state = LimitState()

    init(_ limit: Duration?, of container: Container) {
        guard let limit else {
            task = nil
            return
        }
        let state = state
        task = Task {
            // Cancelled: the program has ended before.
            do { try await Task.sleep(for: limit) } catch { return }
            if state.isOver.withLock({ isOver in
                defer { isOver = true }
                return isOver
            }) {
                return
            }
            container.killSoon()
        }
    }

    /// Ends the limit; true if it was over before.
    func end() -> Bool {
        task?.cancel()
        return state.isOver.withLock { isOver in
            defer { isOver = true }
            return isOver
        }
    }

    private final class LimitState: Sendable {
        let isOver = Mutex(false)
    }
}

extension Container {
    /// Kills all that is in the container, by a thread of the library and without waiting for it.
    fileprivate func killSoon() {
        let (base, process) = (base, process)
        Workers.shared.submit {
            do throws(ContainerError) {
                try base.kill(signal: Signal.kill.rawValue, all: true)
            } catch {
                // With what is left: the first process takes all others along where it can.
                do throws(ContainerError) { try process?.send(.kill) } catch { return }
            }
        }
    }

    fileprivate func needProcess() throws(ContainerError) -> Execution {
        guard let process else { throw ContainerError(reason: "the container has no first process") }
        return process
    }

    fileprivate func removeAfterFailure() async throws(ContainerError) {
        try await delete(force: true)
    }
}

extension Execution {
    /// Reads and drops what the process still writes, so that it goes on to its end.
    fileprivate func dropOutput() {
        for output in [standardOutput, standardError, terminal?.output].compactMap({ $0 }) {
            Task {
                do throws(ContainerError) {
                    var iterator = output.makeAsyncIterator()
                    while try await iterator.next() != nil {}
                } catch {
                    // Nobody wants it; a task that still reads it has it.
                    return
                }
            }
        }
    }
}
