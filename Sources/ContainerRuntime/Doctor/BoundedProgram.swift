import LinuxKernel

/// Programs of the host that may take only a while.
package enum BoundedProgram {
    package struct Answer: Sendable {
        /// The exit status, or 128 and the signal.
        package let status: Int32
        /// What it wrote to its standard output and error, up to 64 KiB.
        package let output: ByteString
    }

    /// Runs a program without input to its end; nil when it could not be started, or was killed since it took too long.
    package static func run(_ path: Path, _ arguments: [ByteString], milliseconds: Int32) -> Answer? {
        do throws(Errno) {
            let program = try LaunchedProgram.start(
                path, arguments: arguments, environment: environmentVariables(), input: [], directory: nil)
            return try answer(of: program, Deadline(milliseconds: milliseconds))
        } catch {
            return nil
        }
    }

    private static func answer(of program: borrowing LaunchedProgram, _ deadline: Deadline) throws(Errno) -> Answer? {
        var bytes: [UInt8] = []
        var watched = PollSet()
        watched.add(program.output)
        watched.add(program.error)
        watched.add(program.process)
        var hasEnded = false
        while !hasEnded, !deadline.isOver {
            guard try watched.wait(milliseconds: deadline.milliseconds) > 0 else { continue }
            // Looked at before the last bytes are read, so that none is missed.
            hasEnded = watched.hasEnded(program.process)
            if watched.isReady(program.output) { try Self.take(program.output, &bytes, &watched) }
            if watched.isReady(program.error) { try Self.take(program.error, &bytes, &watched) }
        }
        if !hasEnded { try program.process.send(signal: 9) }
        let status = try program.process.reap()
        while bytes.last == UInt8(ascii: "\n") { bytes.removeLast() }
        return hasEnded ? Answer(status: status.code, output: ByteString(bytes: bytes)) : nil
    }

    private static func take(
        _ stream: borrowing FileDescriptor, _ bytes: inout [UInt8], _ watched: inout PollSet
    ) throws(Errno) {
        let part = try stream.read(count: 65536)
        if part.isEmpty { watched.remove(stream) }
        if bytes.count < 65536 { bytes += part }
    }
}
