/// One call of a command: what was asked, and where to report.
struct Invocation {
    /// The flags, and the positional arguments of the command.
    let arguments: ParsedArguments
    /// Where to report.
    let log: Log
    /// The directory of the containers' state; made only by commands that use it.
    let stateRoot: StateRoot
    /// What the caller passes on to the container.
    let descriptors: PassedDescriptors
}
