import ByteStrings
import LinuxKernel

/// Makes the program's terminal of the container's own devpts and tells its master to the runtime. See pty(7).
package struct TerminalStep: ChildStep {
    package static let name: StaticString = "terminal"

    package var height: UInt16 = 0
    package var width: UInt16 = 0
    /// The user who owns the terminal.
    package var user: UInt32 = 0
    /// Whether the terminal is also bound on /dev/console.
    package var isConsole = false

    package init() {}

    package mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) throws(Visitor.Failure) {
        try visitor.field("height", &height)
        try visitor.field("width", &width)
        try visitor.field("user", &user)
        try visitor.field("console", &isConsole)
    }

    package var detail: String { "\(width)x\(height) of user \(user)" + (isConsole ? ", on /dev/console" : "") }

    package func perform(in process: InitProcess) throws(ContainerError) {
        let procfs = try process.ownProcfs()
        let master = try attempt("open", "/dev/pts/ptmx") { () throws(Errno) in
            try PseudoTerminal.openMaster("/dev/pts/ptmx", procfs: procfs.file)
        }
        let terminal = try attempt("ioctl(TIOCGPTPEER)", "/dev/pts/ptmx") { () throws(Errno) in
            try PseudoTerminal.openPeer(of: master)
        }
        if height != 0, width != 0 {
            try attempt("ioctl(TIOCSWINSZ)", "\(width)x\(height)") { () throws(Errno) in
                try PseudoTerminal.setSize(of: master, rows: height, columns: width)
            }
        }
        do throws(Errno) {
            try terminal.changeOwner(user: user)
        } catch {
            guard error == .notPermitted || error == .readOnlyFileSystem || error == .invalidArgument else {
                throw ContainerError(operation: "fchown", subject: "the terminal", errno: error)
            }
        }
        if isConsole { try process.rootfsSetup().bindConsole(terminal) }
        try process.tell(.terminal, with: master)
        for target in DescriptorNumber.standardStreams {
            try attempt("dup3", "the terminal") { () throws(Errno) in try terminal.duplicate(onto: target) }
        }
    }

    package func sends(_ message: Message) -> Bool { if case .terminal = message { true } else { false } }
}
