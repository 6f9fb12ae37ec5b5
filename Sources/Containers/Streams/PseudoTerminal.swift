import ContainerInit
import LinuxKernel

/// The caller's end of the terminal of a process.
///
/// What is written to it the process reads as if it were typed; what the process writes is read from `output`. A terminal
/// has one output for both streams of a process, and changes what passes through: newlines, echo, control characters.
public final class PseudoTerminal: Sendable {
    /// What the process writes to its terminal.
    public let output: OutputSequence
    /// What is typed into the terminal. To close it does not close the terminal; write byte 4 for the end of the input.
    public let input: InputWriter

    let source: ByteSource
    let sink: ByteSink
    private let master: SharedDescriptor

    init(_ master: SharedDescriptor) throws(ContainerError) {
        self.master = master
        source = try ByteSource(
            try attempt("dup") { () throws(Errno) in try master.file.duplicate() }, isTerminal: true)
        sink = try ByteSink(try attempt("dup") { () throws(Errno) in try master.file.duplicate() })
        output = OutputSequence(source)
        input = InputWriter(sink)
    }

    /// The number of rows and columns.
    public var size: ConsoleSize? {
        LinuxKernel.PseudoTerminal.size(of: master.file).map { ConsoleSize(height: $0.rows, width: $0.columns) }
    }

    /// Changes the number of rows and columns; the process hears of it by SIGWINCH.
    public func resize(_ size: ConsoleSize) throws(ContainerError) {
        try attempt("ioctl(TIOCSWINSZ)") { () throws(Errno) in
            try LinuxKernel.PseudoTerminal.setSize(of: master.file, rows: size.height, columns: size.width)
        }
    }

    /// Lends the number of the terminal's master, which stays the library's, to a call of the system.
    public func withDescriptor<Result>(_ body: (Int32) throws -> Result) rethrows -> Result {
        try body(master.file.number.rawValue)
    }
}
