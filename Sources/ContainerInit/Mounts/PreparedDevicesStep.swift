import ByteStrings
import LinuxKernel

/// Takes over the device nodes that the parent prepared: copies of them as mounts of their own, which go onto files of the
/// container.
package struct PreparedDevicesStep: Equatable, RootfsStep {
    package static let name: StaticString = "take-devices"
    package var detail: String { "" }

    package var slot = Slot()

    package init() {}

    package mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) throws(Visitor.Failure) {
        try visitor.field("slot", &slot, .hidden)
    }

    package func perform(in setup: RootfsSetup) throws(ContainerError) {
        guard let nodes = setup.slots.take(slot) else { return }
        try attempt("take over", "the device nodes") { () throws(Errno) in
            // Only what is mounted here may be copied; for that moment it lies on the root.
            try nodes.attach(on: setup.root.file)
            let list = try FileDescriptor.open(".", at: nodes, [.directory])
            for name in try list.directoryEntries() {
                let node = try FileDescriptor.cloneTree(
                    Path(name), at: nodes, recursively: false, followingLinks: false)
                setup.preparedDevices.append(MountedPlace(destination: Path(name), mount: node))
            }
            try setup.enter(nodes)
            try detachMount(".")
            try setup.enter(setup.root.file)
        }
    }
}
