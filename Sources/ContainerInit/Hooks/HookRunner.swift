import ByteStrings
import LinuxKernel
import RuntimeSpec

/// Runs hooks one after the other and waits for each.
package struct HookRunner {
    /// The state document that each hook reads from its standard input.
    package let state: [UInt8]
    /// The directory the hooks start in.
    package let directory: SharedDescriptor?

    /// Where what they write is copied to.
    package let sinks: HookSinks

    package init(state: [UInt8], directory: SharedDescriptor?, sinks: HookSinks = HookSinks()) {
        self.state = state
        self.directory = directory
        self.sinks = sinks
    }

    /// How much of a hook's output is kept for the error.
    private static let keptOutput = 4096

    /// Runs `hooks` in their order; the first that fails ends the run.
    package func run(_ hooks: [HookCommand], kind: HookKind) throws(ContainerError) {
        for (index, hook) in hooks.enumerated() { try run(hook, index, kind) }
    }

    /// Runs all of `hooks`; one that fails is a warning.
    package func runAll(_ hooks: [HookCommand], kind: HookKind, report: WarningReport) {
        for (index, hook) in hooks.enumerated() {
            do throws(ContainerError) {
                try run(hook, index, kind)
            } catch {
                report(error.message)
            }
        }
    }

    private func run(_ hook: HookCommand, _ index: Int, _ kind: HookKind) throws(ContainerError) {
        do throws(ContainerError) {
            var hook = hook
            if hook.inheritsEnvironment, kind.isOnHost { hook.environment = environmentVariables() }
            try run(hook)
        } catch {
            var error = error
            error.code = .hookFailed
            error.origin = Origin(kind.property, index)
            error.value = error.value.isEmpty ? quoted(hook.path) : error.value
            error.operation = "error running \(kind.name) hook #\(index)"
            throw error
        }
    }

    package func run(_ hook: HookCommand) throws(ContainerError) {
        let program: LaunchedProgram
        do throws(Errno) {
            program = try LaunchedProgram.start(
                hook.path, arguments: hook.arguments, environment: hook.environment, input: state,
                directory: directory)
        } catch {
            throw ContainerError(member: ".path", errno: error, reason: "fork/exec \(hook.path)")
        }
        var output: [UInt8] = []
        var errorOutput: [UInt8] = []
        var sinks = sinks
        let status: ProcessStatus
        do throws(Errno) {
            let deadline = hook.timeout.map { monotonicNanoseconds() &+ UInt64(clamping: $0) &* 1_000_000_000 }
            let ended = try collect(
                from: program, until: deadline, output: &output, errorOutput: &errorOutput, &sinks)
            if !ended {
                // The group, since a shell's children would live on.
                killGroup(of: program.process.pid)
                _ = try program.process.reap()
                throw Errno.timedOut
            }
            status = try program.process.reap()
        } catch Errno.timedOut {
            throw ContainerError(
                member: ".timeout", value: String(hook.timeout ?? 0),
                reason: "hook ran past specified timeout of \(hook.timeout ?? 0).0s")
        } catch {
            throw ContainerError(errno: error, reason: "waiting for \(hook.path)")
        }
        if status == .exited(0) {
            guard let failure = sinks.failure else { return }
            throw ContainerError(errno: failure, reason: "copying its output to the file of an annotation")
        }
        let how: String
        switch status {
        case .exited(let code): how = "exit status \(code)"
        case .killed(let signal): how = "signal: " + SignalNumber.description(of: signal)
        }
        throw ContainerError(reason: "\(how), stdout: \(text(output)), stderr: \(text(errorOutput))")
    }

    /// Output on one line, since the last line of an error is the whole error.
    private func text(_ bytes: [UInt8]) -> String {
        ByteString(bytes: bytes).parts(separatedBy: UInt8(ascii: "\n")).map(\.text).joined(separator: "\\n")
    }

    /// Reads both streams until the process ends; what a daemon of the hook keeps open does not matter.
    private func collect(
        from program: borrowing LaunchedProgram, until deadline: UInt64?, output: inout [UInt8],
        errorOutput: inout [UInt8], _ sinks: inout HookSinks
    ) throws(Errno) -> Bool {
        let (outputSink, errorSink) = (sinks.output, sinks.errorOutput)
        var watched = PollSet()
        watched.add(program.process)
        watched.add(program.output)
        watched.add(program.error)
        while true {
            var milliseconds: Int32 = -1
            if let deadline {
                let now = monotonicNanoseconds()
                milliseconds = now >= deadline ? 0 : Int32(clamping: (deadline - now) / 1_000_000 + 1)
            }
            let ready = try watched.wait(milliseconds: milliseconds)
            if watched.isReady(program.output), try !drain(program.output, into: &output, outputSink, &sinks) {
                watched.remove(program.output)
            }
            if watched.isReady(program.error), try !drain(program.error, into: &errorOutput, errorSink, &sinks) {
                watched.remove(program.error)
            }
            if watched.hasEnded(program.process) {
                _ = try drain(program.output, into: &output, outputSink, &sinks)
                _ = try drain(program.error, into: &errorOutput, errorSink, &sinks)
                return true
            }
            if ready == 0 { return false }
        }
    }

    /// Reads what is there; false at the end of the stream.
    private func drain(
        _ stream: borrowing FileDescriptor, into kept: inout [UInt8], _ sink: SharedDescriptor?,
        _ sinks: inout HookSinks
    ) throws(Errno) -> Bool {
        do throws(Errno) {
            // Bounded: a hook that writes without end must not hold the loop.
            for _ in 0..<16 {
                let part = try stream.read(count: 16384)
                if part.isEmpty { return false }
                sinks.copy(part, to: sink)
                kept += part.prefix(max(0, Self.keptOutput - kept.count))
            }
            return true
        } catch Errno.tryAgain {
            return true
        }
    }
}
