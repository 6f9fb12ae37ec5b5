import ByteStrings
import LinuxKernel

/// Makes the links in `/dev` that programs expect.
package struct DeviceLinksStep: Equatable, RootfsStep {
    package static let name: StaticString = "device-links"
    package var detail: String { "fd stdin stdout stderr core ptmx" }

    package init() {}
    package mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) throws(Visitor.Failure) {}

    package func perform(in setup: RootfsSetup) throws(ContainerError) {
        let devices = try setup.devices()
        try makeLink("fd", to: "/proc/self/fd", in: devices.file)
        try makeLink("stdin", to: "/proc/self/fd/0", in: devices.file)
        try makeLink("stdout", to: "/proc/self/fd/1", in: devices.file)
        try makeLink("stderr", to: "/proc/self/fd/2", in: devices.file)
        if fileExists("kcore", at: setup.procfs.file) { try makeLink("core", to: "/proc/kcore", in: devices.file) }
        try attempt("error creating device links", "/dev/ptmx") { () throws(Errno) in
            do throws(Errno) {
                try makeSymbolicLink("ptmx", at: devices.file, to: "pts/ptmx")
            } catch .fileExists {
                // A node in its place would open the terminals of whoever mounted devpts, not the container's.
                try unlink("ptmx", at: devices.file)
                try makeSymbolicLink("ptmx", at: devices.file, to: "pts/ptmx")
            }
        }
    }

    private func makeLink(_ name: Path, to target: Path, in directory: borrowing FileDescriptor) throws(ContainerError)
    {
        do throws(Errno) {
            try makeSymbolicLink(name, at: directory, to: target)
        } catch .fileExists {
            // What the image has stays.
        } catch {
            throw ContainerError(operation: "error creating device links", subject: "/dev/" + name, errno: error)
        }
    }
}
