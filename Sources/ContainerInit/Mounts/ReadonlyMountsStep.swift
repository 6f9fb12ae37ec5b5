import ByteStrings
import LinuxKernel

/// Makes mounts read-only that stayed writable for the set-up.
package struct ReadonlyMountsStep: Equatable, RootfsStep {
    package static let name: StaticString = "readonly-mounts"

    /// The destinations, for a reader: the mounts themselves are held by descriptor.
    package var destinations: [Path] = []

    package init() {}

    package mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) throws(Visitor.Failure) {
        try visitor.field("destinations", &destinations)
    }

    package func perform(in setup: RootfsSetup) throws(ContainerError) {
        while let place = setup.writableForNow.popLast() {
            try attempt("make read-only", place.destination) { () throws(Errno) in
                try setup.makeReadOnly(place.mount)
            }
        }
    }
}
