import ByteStrings
import ContainerInit
import LinuxKernel

/// Takes over the descriptors from 3 on that the caller passes to the program. Before anything is opened, so that none of
/// the runtime's own descriptors is passed by mistake.
package struct PassedDescriptorsStep: ParentStep {
    package static let name: StaticString = "take-descriptors"

    package var count: Int32 = 0
    /// How many of them came by socket activation; they do not count in the error's numbers.
    package var listening: Int32 = 0

    package init() {}

    package mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) throws(Visitor.Failure) {
        try visitor.field("count", &count)
        try visitor.field("listening", &listening)
    }

    package var detail: String { "\(count) from 3 on" + (listening == 0 ? "" : ", \(listening) by socket activation") }

    package func perform(in making: Making) throws(ContainerError) {
        // A caller with threads has put them there already: numbers from 3 on mean nothing among its own.
        let given = Set(making.slots.filled.lazy.filter { $0.slot.purpose == .passed }.map { Int32($0.slot.index) })
        for index in 0..<count where !given.contains(index) {
            let number = DescriptorNumber.passed(index)
            // They stay where the program finds them, but for the first: the child has its socket in that place.
            guard index == 0 else {
                making.slots.fill(.passed(Int(index)), number.take())
                continue
            }
            do throws(Errno) {
                making.slots.fill(.passed(0), try number.duplicate(atLeast: 10))
            } catch {
                throw ContainerError(
                    errno: .noSuchFileOrDirectory,
                    reason: "unable to stat preserved-fd \(index - listening) (of \(count - listening))")
            }
        }
    }
}
