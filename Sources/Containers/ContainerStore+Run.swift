import ContainerInit

extension ContainerStore {
    /// Makes a container, starts it, does `body` beside its program, waits for the program's end and removes the container.
    ///
    /// When `body` is done, the input of the program is closed and what it still writes is dropped. The container is killed
    /// when the time is over, which ends its streams and so what `body` reads, when `body` throws and when the task is
    /// cancelled; it is removed in any case, with all that is in it, before the call returns.
    ///
    /// - Parameters:
    ///   - source: the configuration, as a value or as a bundle.
    ///   - id: a name, unique in the store; nil makes one up.
    ///   - streams: what the program reads and writes.
    ///   - options: what the configuration does not say.
    ///   - timeLimit: how long the program may run, from its start on; nil sets no limit.
    ///   - isolation: the actor of the caller, on which `body` runs.
    ///   - body: gets the program's process, with its streams.
    /// - Returns: how the program ended, and what `body` has returned.
    /// - Throws: what `create` throws, what `body` throws, `cancelled`.
    public func run<Value>(
        _ source: ContainerSource, id: String? = nil, streams: ProcessStreams = .piped,
        options: ContainerOptions = ContainerOptions(), timeLimit: Duration? = nil,
        isolation: isolated (any Actor)? = #isolation, body: (Execution) async throws -> Value
    ) async throws -> ExecutionOutcome<Value> {
        let container = try await create(id ?? Self.madeUpName(), source, streams: streams, options: options)
        do {
            guard let process = container.process else {
                throw ContainerError(reason: "the container has no first process")
            }
            try await container.start()
            let attended = try await process.attend(
                for: timeLimit, killer: container.killer(), isolation: isolation, body: body)
            try await container.delete(force: true)
            return ExecutionOutcome(attended)
        } catch {
            await container.removeAfterFailure()
            throw Task.isCancelled ? ContainerError.cancelled : error
        }
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
        try await CollectedOutput.of {
            try await run(
                source, id: id, streams: ProcessStreams(input: input), options: options, timeLimit: timeLimit
            ) { try await $0.collectOutput(upTo: limit) }
        }
    }

    private static func madeUpName() -> String { "run-" + String(UInt64.random(in: .min ... .max), radix: 36) }
}

extension Container {
    /// Runs one more process in the container, does `body` beside it and waits for its end.
    ///
    /// When `body` is done, the input of the process is closed and what it still writes is dropped. The process is killed when
    /// the time is over, when `body` throws and when the task is cancelled; what it has started itself goes on in the container.
    ///
    /// - Parameters:
    ///   - arguments: the program, which is looked for in the container's PATH, and its arguments.
    ///   - streams: what the process reads and writes.
    ///   - options: what else makes it differ from the process of the container's configuration.
    ///   - timeLimit: how long the process may run; nil sets no limit.
    ///   - isolation: the actor of the caller, on which `body` runs.
    ///   - body: gets the process, with its streams.
    /// - Returns: how the process ended, and what `body` has returned.
    /// - Throws: what `exec` throws, what `body` throws, `cancelled`.
    public func run<Value>(
        _ arguments: [ByteString], streams: ProcessStreams = .piped, options: ProcessOptions = ProcessOptions(),
        timeLimit: Duration? = nil, isolation: isolated (any Actor)? = #isolation,
        body: (Execution) async throws -> Value
    ) async throws -> ExecutionOutcome<Value> {
        let process = try await exec(arguments, streams: streams, options: options)
        let killer = Killer {
            // If it has ended already there is nobody to kill.
            do throws(ContainerError) { try process.send(.kill) } catch { return }
        }
        return ExecutionOutcome(
            try await process.attend(for: timeLimit, killer: killer, isolation: isolation, body: body))
    }

    /// Runs one more process in the container and collects what it writes.
    ///
    /// - Parameters:
    ///   - arguments: the program, which is looked for in the container's PATH, and its arguments.
    ///   - input: what the process reads.
    ///   - limit: how many bytes it may write to each of its outputs.
    ///   - options: what else makes it differ from the process of the container's configuration.
    ///   - timeLimit: how long it may run; nil sets no limit. What it wrote until then is in the result.
    /// - Throws: what `exec` throws; `tooMuchOutput`; `cancelled`. Whatever is thrown, the process has ended.
    public func run(
        _ arguments: [ByteString], input: ProcessStreams.Input = .none, collectingUpTo limit: Int = 1 << 20,
        options: ProcessOptions = ProcessOptions(), timeLimit: Duration? = nil
    ) async throws(ContainerError) -> CollectedOutput {
        try await CollectedOutput.of {
            try await run(
                arguments, streams: ProcessStreams(input: input), options: options, timeLimit: timeLimit
            ) { try await $0.collectOutput(upTo: limit) }
        }
    }

    /// What kills all that is in the container.
    fileprivate func killer() -> Killer {
        Killer { [base, process] in
            do throws(ContainerError) {
                try base.kill(signal: Signal.kill.rawValue, all: true)
            } catch {
                // With what is left: the first process takes all others along where it can.
                do throws(ContainerError) { try process?.send(.kill) } catch { return }
            }
        }
    }

    /// Removes the container when there is another failure to tell of.
    fileprivate func removeAfterFailure() async {
        do throws(ContainerError) {
            try await delete(force: true)
        } catch {
            store.diagnostics.report(id, .delete)(error.message)
        }
    }
}
