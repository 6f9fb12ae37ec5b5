import ByteStrings
import LinuxKernel

/// The label that a security module gives the program at its exec. See apparmor(7) and proc(5), "attr/exec".
package struct SecurityLabelStep: ChildStep {
    package static let name: StaticString = "security-label"

    package var module = Module.apparmor
    package var label = ByteString()

    package enum Module: UInt8, FieldCode {
        case apparmor, selinux
    }

    package init() {}

    package mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) throws(Visitor.Failure) {
        try visitor.field("module", &module)
        try visitor.field("label", &label)
    }

    package func perform(in process: InitProcess) throws(ContainerError) {
        let procfs = try process.ownProcfs()
        switch module {
        case .apparmor:
            do throws(Errno) {
                try Self.write("exec \(label)", to: "attr/apparmor/exec", orElse: "attr/exec", in: procfs.file)
            } catch {
                throw ContainerError(
                    subject: "\"\(label)\"", errno: error,
                    reason: "unable to apply apparmor profile: apparmor failed to apply profile: "
                        + "write /proc/self/attr/exec",
                    remedy: Self.remedy(error))
            }
        case .selinux:
            try Self.writeSELinux(label, to: "attr/exec", in: procfs.file)
        }
    }

    private static func remedy(_ error: Errno) -> String {
        switch error {
        case .noSuchFileOrDirectory: "load the profile with apparmor_parser"
        case .permissionDenied: "the profile that confines the runtime itself does not allow the change to this one"
        default: ""
        }
    }

    /// Writes a context to an attribute of this process. See selinux(8).
    static func writeSELinux(
        _ label: ByteString, to attribute: Path, in procfs: borrowing FileDescriptor
    ) throws(ContainerError) {
        do throws(Errno) {
            try write(label, to: attribute, orElse: nil, in: procfs)
        } catch {
            throw ContainerError(
                operation: "write", origin: Origin(.selinuxLabel),
                subject: "\"\(label)\" to `/proc/self/\(attribute)`", errno: error)
        }
    }

    /// Through the child's own procfs: what lies under the container's /proc is only the container's business.
    private static func write(
        _ text: ByteString, to name: Path, orElse fallback: Path?, in procfs: borrowing FileDescriptor
    ) throws(Errno) {
        do throws(Errno) {
            let file = try Procfs.openOwn(name, in: procfs, .writeOnly)
            try file.writeOnce(text)
        } catch Errno.noSuchFileOrDirectory {
            guard let fallback else { throw .noSuchFileOrDirectory }
            let file = try Procfs.openOwn(fallback, in: procfs, .writeOnly)
            try file.writeOnce(text)
        }
    }
}
