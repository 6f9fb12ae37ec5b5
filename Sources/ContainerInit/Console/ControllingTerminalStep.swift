import ByteStrings
import LinuxKernel

/// Makes the terminal on the standard streams the controlling one of the session. See tty_ioctl(4).
package struct ControllingTerminalStep: ChildStep {
    package static let name: StaticString = "controlling-terminal"

    package init() {}
    package mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) throws(Visitor.Failure) {}

    package func perform(in process: InitProcess) throws(ContainerError) {
        try attempt("ioctl(TIOCSCTTY)") { () throws(Errno) in
            try PseudoTerminal.makeControlling(SharedDescriptor.standardInput.file)
        }
    }
}
