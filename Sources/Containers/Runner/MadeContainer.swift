import Linux

/// What the making of a container leaves in the hands of its maker.
struct MadeContainer: ~Copyable {
    let container: Container
    var process: ProcessHandle?
    /// The start signal of a container that starts at once.
    var starter: FileDescriptor?
    /// The master of its terminal, if nobody else got it.
    var terminal: FileDescriptor?
    /// Where it leaves what its filter lets it say nowhere else.
    var finalWord: FileDescriptor?
    /// Where it says that it is ready, if it starts at once.
    var notifySocket: NotifySocket?
}
