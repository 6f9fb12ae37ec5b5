import Linux

/// One call of the program: what was asked, and where to report.
struct Invocation {
    /// The name the program was called by.
    let programName: String
    /// The flags, and the positional arguments of the command.
    let arguments: ParsedArguments
    /// Where to report.
    let log: Log
    /// The directory of the containers' state; made only by commands that use it.
    let stateRoot: StateRoot
    /// The first of the descriptors of `--preserve-fds` that is not open.
    let missingDescriptor: Int?
}
