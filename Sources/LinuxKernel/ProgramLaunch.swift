import CLinuxKernel

/// A program of the host that was started, and what its streams are connected to.
package struct LaunchedProgram: ~Copyable {
    package let process: ProcessHandle
    /// Where what it writes to its standard output and error can be read, without blocking.
    package let output: FileDescriptor
    package let error: FileDescriptor

    init(process: consuming ProcessHandle, output: consuming FileDescriptor, error: consuming FileDescriptor) {
        self.process = process
        self.output = output
        self.error = error
    }

    /// Starts the program at `path`, which is not searched for, reading `input` to its end as its standard input.
    ///
    /// The input is a file in memory, so a program that does not read it cannot block or kill the caller.
    ///
    /// - Throws: the errno of the exec itself, too.
    package static func start(
        _ path: Path, arguments: [ByteString], environment: [ByteString], input: [UInt8],
        directory: SharedDescriptor?
    ) throws(Errno) -> LaunchedProgram {
        let standardInput = try inputFile(input)
        let output = try FileDescriptor.pipe(nonBlocking: .read)
        let error = try FileDescriptor.pipe(nonBlocking: .read)
        let report = try FileDescriptor.pipe()
        var pidDescriptor: Int32 = -1
        var result = 0
        withCStrings(arguments) { argv in
            withCStrings(environment) { envp in
                withUnsafeMutablePointer(to: &pidDescriptor) { pidPointer in
                    var clone = linux_clone_args()
                    clone.flags = CloneFlags.pidDescriptor.rawValue
                    clone.pidfd = UInt64(UInt(bitPattern: pidPointer))
                    clone.exit_signal = UInt64(SIGCHLD)
                    result = path.withCString { path in
                        let numbers = (
                            standardInput.raw, output.write.raw, error.write.raw, report.write.raw,
                            directory?.file.raw ?? -1
                        )
                        let ignored = ThreadStatus.current().ignoredSignals
                        return metered {
                            linux_clone3_execve(
                                &clone, path, argv, envp, numbers.0, numbers.1, numbers.2, numbers.4, numbers.3,
                                ignored)
                        }
                    }
                }
            }
        }
        let process = ProcessHandle(pid: Int32(try checked(result)), descriptor: FileDescriptor(owning: pidDescriptor))
        let launched = LaunchedProgram(
            process: process, output: output.takeRead(), error: error.takeRead())
        // The pipe closes with a successful exec, so this read ends then.
        let reportReader = report.takeRead()
        let failure = try reportReader.read(count: 4)
        guard failure.isEmpty else {
            _ = try launched.process.reap()
            throw Errno(rawValue: failure.withUnsafeBytes { $0.loadUnaligned(as: Int32.self) })
        }
        return launched
    }

    /// A file in memory that is read from its beginning and that nobody can change.
    package static func inputFile(_ bytes: [UInt8]) throws(Errno) -> FileDescriptor {
        let file = try makeMemoryFile("stdin", for: .data)
        try file.write(bytes)
        // Neither opened again, which takes a procfs that can be trusted, nor open to changes by the program.
        try check(linux_lseek(file.raw, 0, SEEK_SET))
        try file.seal()
        return file
    }
}

extension LaunchedProgram {
    /// All that the program writes to its standard output and error, in the order it comes, until it closes both.
    package func readAllOutput() throws(Errno) -> [UInt8] {
        var watched = PollSet()
        watched.add(output)
        watched.add(error)
        var bytes: [UInt8] = []
        while !watched.isEmpty {
            _ = try watched.wait(milliseconds: -1)
            try Self.readPart(of: output, into: &bytes, &watched)
            try Self.readPart(of: error, into: &bytes, &watched)
        }
        return bytes
    }

    private static func readPart(
        of stream: borrowing FileDescriptor, into bytes: inout [UInt8], _ watched: inout PollSet
    ) throws(Errno) {
        guard watched.isReady(stream) else { return }
        let part = try stream.read(count: 65536)
        bytes += part
        if part.isEmpty { watched.remove(stream) }
    }
}
