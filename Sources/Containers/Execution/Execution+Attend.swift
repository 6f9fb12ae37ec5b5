import ContainerInit

/// What came of a process that somebody has attended to.
struct Attended<Value> {
    let termination: Termination
    let exceededTimeLimit: Bool
    let value: Value
}

extension Execution {
    /// Does `body` beside the process, then waits for its end. It is killed when the time is over, when `body` throws and when
    /// the task is cancelled, and in any case it has ended when this returns.
    func attend<Value>(
        for timeLimit: Duration?, killer: Killer, isolation: isolated (any Actor)?,
        body: (Execution) async throws -> Value
    ) async throws -> Attended<Value> {
        killer.start(timeLimit)
        do {
            let value = try await withTaskCancellationHandler {
                try await body(self)
            } onCancel: {
                killer.kill()
            }
            standardInput.finish()
            dropOutput()
            let end = await withTaskCancellationHandler {
                await child.end.value()
            } onCancel: {
                killer.kill()
            }
            let timeIsOver = await killer.settle()
            if Task.isCancelled { throw ContainerError.cancelled }
            if let failure = end.failure { throw failure }
            return Attended(
                termination: end.termination,
                exceededTimeLimit: timeIsOver && end.termination.status == .signaled(.kill), value: value)
        } catch {
            killer.kill()
            _ = await child.end.value()
            await killer.settle()
            throw Task.isCancelled ? ContainerError.cancelled : error
        }
    }

    /// All that the process writes, each stream up to `limit` bytes.
    func collectOutput(upTo limit: Int) async throws(ContainerError) -> (output: ByteString, error: ByteString) {
        if let terminal { return (try await terminal.output.collect(upTo: limit), "") }
        do {
            // Both at the same time: a program may fill the one before it writes to the other.
            async let error = standardError.collect(upTo: limit)
            let output = try await standardOutput.collect(upTo: limit)
            return (output, try await error)
        } catch let error as ContainerError {
            throw error
        } catch {
            // Neither throws anything else.
            throw ContainerError(reason: "\(error)")
        }
    }

    /// Reads and drops what the process still writes, so that it goes on to its end.
    private func dropOutput() {
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

/// How a program ended that was run, and what was done beside it.
public struct ExecutionOutcome<Value> {
    /// How it ended.
    public let terminationStatus: TerminationStatus
    /// What its first process had used; nil where nobody knows.
    public let resourceUsage: ResourceUsage?
    /// Whether it was killed because its time was over.
    public let exceededTimeLimit: Bool
    /// What the body has returned.
    public let value: Value

    init(_ attended: Attended<Value>) {
        terminationStatus = attended.termination.status
        resourceUsage = attended.termination.resourceUsage
        exceededTimeLimit = attended.exceededTimeLimit
        value = attended.value
    }
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
    /// What it wrote to its standard output, or to its terminal; `text` makes a `String` of it.
    public let standardOutput: ByteString
    /// What it wrote to its standard error.
    public let standardError: ByteString

    init(_ outcome: ExecutionOutcome<(output: ByteString, error: ByteString)>) {
        terminationStatus = outcome.terminationStatus
        resourceUsage = outcome.resourceUsage
        exceededTimeLimit = outcome.exceededTimeLimit
        standardOutput = outcome.value.output
        standardError = outcome.value.error
    }

    /// What a call gives that throws only errors of containers, as all do that run no code of the caller's.
    static func of(
        isolation: isolated (any Actor)? = #isolation,
        _ run: () async throws -> ExecutionOutcome<(output: ByteString, error: ByteString)>
    ) async throws(ContainerError) -> CollectedOutput {
        do {
            return CollectedOutput(try await run())
        } catch let error as ContainerError {
            throw error
        } catch {
            throw ContainerError(reason: "\(error)")
        }
    }
}
