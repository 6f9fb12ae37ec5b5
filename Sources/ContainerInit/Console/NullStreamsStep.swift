import ByteStrings
import LinuxKernel

/// Replaces standard streams that are the host's null device, which may be open for reading only, by the container's.
///
/// Whatever else lies there in its place, the host's stays.
package struct NullStreamsStep: ChildStep {
    package static let name: StaticString = "null-streams"
    package var detail: String { "/dev/null" }

    package init() {}
    package mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) throws(Visitor.Failure) {}

    package func perform(in process: InitProcess) throws(ContainerError) {
        var opened: SharedDescriptor?
        for number in DescriptorNumber.standardStreams where Self.isNull(number, process) {
            if opened == nil { opened = try Self.openNullDevice(process) }
            guard let device = opened else { return }
            try attempt("dup3", "/dev/null") { () throws(Errno) in try device.file.duplicate(onto: number) }
        }
        process.values.nullDevice = opened
    }

    private static func isNull(_ number: DescriptorNumber, _ process: InitProcess) -> Bool {
        if process.plan.nullStreams.contains(number) { return true }
        return process.values.stream(number, known: process.plan.knownStreams)?.isNullDevice ?? false
    }

    /// Opens the container's null device once it is known to be that: to open some files is an act, or never ends.
    private static func openNullDevice(_ process: InitProcess) throws(ContainerError) -> SharedDescriptor? {
        let procfs = try process.ownProcfs()
        do throws(Errno) {
            if let device = try process.openNullDevice() { return SharedDescriptor(device) }
            let place = try FileDescriptor.open("/dev/null", .path)
            guard try place.status().isNullDevice else { return nil }
            return SharedDescriptor(
                try process.reopen(place, through: procfs, [.readWrite, .noControllingTerminal]))
        } catch {
            return nil
        }
    }
}
