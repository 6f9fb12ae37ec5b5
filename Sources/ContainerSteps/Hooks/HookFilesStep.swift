import ByteStrings
import ContainerInit

/// Opens the files that the output of the child's hooks is appended to.
package struct HookFilesStep: ParentStep {
    package static let name: StaticString = "hook-files"

    package var files = HookFiles()

    package init() {}

    package mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) throws(Visitor.Failure) {
        try visitor.field("files", &files)
    }

    package func perform(in making: Making) throws(ContainerError) {
        var open = try files.open()
        if let output = open.output.take() { making.slots.fill(.hookOutput, output) }
        if let errorOutput = open.errorOutput.take() { making.slots.fill(.hookErrorOutput, errorOutput) }
    }
}
