import ByteStrings
import ContainerInit
import LinuxKernel

/// Makes the pipe over which a child that is started at once gets the word.
package struct StartPipeStep: ParentStep {
    package static let name: StaticString = "start-pipe"

    package init() {}
    package mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) throws(Visitor.Failure) {}

    package func perform(in making: Making) throws(ContainerError) {
        let pipe = try attempt("pipe") { () throws(Errno) in try FileDescriptor.pipe() }
        pipe.takeEnds { (read: consuming FileDescriptor, write: consuming FileDescriptor) in
            making.slots.fill(.starter, write)
            making.slots.fill(.start, read)
        }
    }
}
