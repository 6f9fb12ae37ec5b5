import ContainerInit
import ContainerRuntime
import ContainerSteps
import LinuxKernel
import Synchronization

/// What a process reads and writes, and which open files it gets of its maker. Nothing of the maker's own is there unless
/// it is named here: not its standard streams either.
public struct ProcessStreams: Sendable {
    /// What the process reads.
    public var input: Input
    /// Where its standard output goes.
    public var output: Output
    /// Where its standard error goes.
    public var error: Output
    /// Open files of the caller that the process gets as its descriptors 3, 4 and so on. They are duplicated when the
    /// process is made; the caller's stay the caller's.
    public var extraFiles: [Int32]

    /// Makes the streams of a process without a terminal.
    public init(
        input: Input = .none, output: Output = .pipe, error: Output = .pipe, extraFiles: [Int32] = []
    ) {
        self.input = input
        self.output = output
        self.error = error
        self.extraFiles = extraFiles
    }

    /// No input; the outputs are read through the `Execution`.
    public static var captured: ProcessStreams { ProcessStreams() }
    /// All three go through the `Execution`.
    public static var piped: ProcessStreams { ProcessStreams(input: .pipe) }
    /// Nothing is read, and what is written is dropped.
    public static var discarded: ProcessStreams { ProcessStreams(output: .discarded, error: .discarded) }

    /// What a process reads.
    public struct Input: Sendable {
        enum Kind: Sendable { case none, pipe, bytes([UInt8]), file(Int32) }
        let kind: Kind

        /// The null device.
        public static var none: Input { Input(kind: .none) }
        /// What `Execution.standardInput` is given.
        public static var pipe: Input { Input(kind: .pipe) }
        /// These bytes, then the end. They are in memory until the process has ended.
        public static func bytes(_ bytes: some Sequence<UInt8>) -> Input { Input(kind: .bytes(Array(bytes))) }
        /// This text in UTF-8, then the end.
        public static func text(_ text: String) -> Input { .bytes(text.utf8) }
        /// An open file of the caller, which is duplicated.
        public static func file(_ descriptor: Int32) -> Input { Input(kind: .file(descriptor)) }
    }

    /// Where a process writes to.
    public struct Output: Sendable {
        enum Kind: Sendable { case discarded, pipe, combined, file(Int32) }
        let kind: Kind

        /// The null device.
        public static var discarded: Output { Output(kind: .discarded) }
        /// A pipe, whose bytes the `Execution` gives.
        public static var pipe: Output { Output(kind: .pipe) }
        /// Where the standard output goes, so that both come in the order in which they are written. Only standard error can
        /// go there.
        public static var combinedWithOutput: Output { Output(kind: .combined) }
        /// An open file of the caller, which is duplicated. The container can do with it what the file's mode lets it.
        public static func file(_ descriptor: Int32) -> Output { Output(kind: .file(descriptor)) }
    }
}

/// The streams of one process that is about to be made: its own ends, and those of the library.
final class PreparedStreams: ProcessFiles, Sendable {
    private let ends: Mutex<Ends>
    let input: ByteSink?
    let output: ByteSource?
    let error: ByteSource?
    let extraCount: Int32

    private struct Ends: ~Copyable {
        var input: FileDescriptor?
        var output: FileDescriptor?
        var error: FileDescriptor?
        var extra = DescriptorList()
        /// Which of the first three are ends of pipes, which are given to the container's root.
        var arePipes = [false, false, false]
    }

    init(_ streams: ProcessStreams) throws(ContainerError) {
        var ends = Ends()
        var sink: ByteSink?
        var sources: (output: ByteSource?, error: ByteSource?)
        do throws(Errno) {
            for file in streams.extraFiles {
                ends.extra.append(try DescriptorNumber(rawValue: file).duplicate(atLeast: 10))
            }
        } catch {
            throw ContainerError(operation: "dup", subject: "an extra file", errno: error)
        }
        switch streams.input.kind {
        case .none: ends.input = try Self.nullDevice()
        case .bytes(let bytes):
            ends.input = try attempt("memfd_create", "the input of a process") { () throws(Errno) in
                try LaunchedProgram.inputFile(bytes)
            }
        case .file(let number): ends.input = try Self.duplicate(number)
        case .pipe:
            let pipe = try attempt("pipe") { () throws(Errno) in try FileDescriptor.pipe() }
            sink = try ByteSink(try attempt("dup") { () throws(Errno) in try pipe.write.duplicate() })
            ends.input = pipe.takeRead()
        }
        ends.output = try Self.end(streams.output.kind, &sources.output)
        if case .combined = streams.error.kind {
            ends.error = try Self.duplicate(ends.output)
        } else {
            ends.error = try Self.end(streams.error.kind, &sources.error)
        }
        ends.arePipes = [sink != nil, sources.output != nil, sources.error != nil]
        extraCount = Int32(clamping: streams.extraFiles.count)
        input = sink
        output = sources.output
        error = sources.error
        self.ends = Mutex(ends)
    }

    private static func end(
        _ kind: ProcessStreams.Output.Kind, _ source: inout ByteSource?
    ) throws(ContainerError) -> FileDescriptor {
        switch kind {
        case .discarded: return try nullDevice()
        case .file(let number): return try duplicate(number)
        case .combined:
            throw ContainerError(.invalidConfiguration, exactly: "the standard output cannot be combined with itself")
        case .pipe:
            let pipe = try attempt("pipe") { () throws(Errno) in try FileDescriptor.pipe() }
            let writer = try attempt("dup") { () throws(Errno) in try pipe.write.duplicate() }
            source = try ByteSource(pipe.takeRead())
            return writer
        }
    }

    private static func nullDevice() throws(ContainerError) -> FileDescriptor {
        try attempt("open", "/dev/null" as Path) { () throws(Errno) in
            try FileDescriptor.open("/dev/null", [.readWrite])
        }
    }

    private static func duplicate(_ file: borrowing FileDescriptor?) throws(ContainerError) -> FileDescriptor? {
        do throws(Errno) {
            return try file.lend { (file) throws(Errno) in try file.duplicate() }
        } catch {
            throw ContainerError(operation: "dup", subject: "a stream of a process", errno: error)
        }
    }

    private static func duplicate(_ number: Int32) throws(ContainerError) -> FileDescriptor {
        try attempt("dup", "a stream of a process") { () throws(Errno) in
            try DescriptorNumber(rawValue: number).duplicate(atLeast: 3)
        }
    }

    func hand(
        to slots: Slots, owner: (user: UInt32, group: UInt32), hasTerminal: Bool
    ) throws(ContainerError) {
        let isOthers = owner.user != effectiveUser || owner.group != effectiveGroup
        try ends.withLock { (ends) throws(ContainerError) in
            if hasTerminal {
                // The library's ends of pipes tell the end at once.
                ends.input = try Self.nullDevice()
                ends.output = try Self.nullDevice()
                ends.error = try Self.nullDevice()
            } else if isOthers {
                if ends.arePipes[0] { try Self.give(ends.input, to: owner) }
                if ends.arePipes[1] { try Self.give(ends.output, to: owner) }
                if ends.arePipes[2] { try Self.give(ends.error, to: owner) }
            }
            if let end = ends.input.take() { slots.fill(.standardStream(DescriptorNumber(rawValue: 0)), end) }
            if let end = ends.output.take() { slots.fill(.standardStream(DescriptorNumber(rawValue: 1)), end) }
            if let end = ends.error.take() { slots.fill(.standardStream(DescriptorNumber(rawValue: 2)), end) }
            ends.extra.takeEach { (index, file) in slots.fill(.passed(index), file) }
        }
    }

    private static func give(
        _ end: borrowing FileDescriptor?, to owner: (user: UInt32, group: UInt32)
    ) throws(ContainerError) {
        do throws(Errno) {
            _ = try end.lend { (file) throws(Errno) in try file.changeOwner(user: owner.user, group: owner.group) }
        } catch {
            // Without the host's privileges, or without the id, there is nobody else to give it to.
            guard error == .notPermitted || error == .invalidArgument else {
                throw ContainerError(operation: "fchown", subject: "a stream of a process", errno: error)
            }
        }
    }
}
