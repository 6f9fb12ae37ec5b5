import ByteStrings
import LinuxKernel

/// Joins a session keyring, so that the container has none of the caller's keys. See keyctl(2).
package struct KeyringStep: ChildStep {
    package static let name: StaticString = "session-keyring"

    package var keyring = ByteString()
    /// Permission bits to add, so that the possessor can search it; 0 when the ring exists and is only joined.
    package var permissions: UInt32 = 0

    /// The SELinux context of a new ring, without which the program could not use it; empty for the runtime's own.
    package var label = ByteString()

    package init() {}

    package mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) throws(Visitor.Failure) {
        try visitor.field("name", &keyring)
        try visitor.field("permissions", &permissions, .hexadecimal)
        try visitor.field("label", &label, .hidden)
    }

    package var detail: String { keyring.text }

    package func perform(in process: InitProcess) throws(ContainerError) {
        if !label.isEmpty {
            // The exec of the program forgets it.
            try SecurityLabelStep.writeSELinux(label, to: "attr/keycreate", in: process.ownProcfs().file)
        }
        let number: Int
        do throws(Errno) {
            number = try Keyring.joinSession(keyring)
        } catch Errno.noSuchSystemCall {
            // A kernel without keyrings has none to isolate.
            return
        } catch {
            throw ContainerError(
                operation: "keyctl(KEYCTL_JOIN_SESSION_KEYRING)", subject: keyring.text, errno: error,
                remedy: error == .notPermitted
                    ? "a filter of system calls around the runtime refuses it: --no-new-keyring goes without" : "")
        }
        guard permissions != 0 else { return }
        try attempt("keyctl(KEYCTL_SETPERM)", keyring.text) { () throws(Errno) in
            let fields = try Keyring.describe(number).parts(separatedBy: UInt8(ascii: ";"), keepingEmpty: true)
            guard fields.count > 3, let current = fields[3].hexadecimalNumber.flatMap({ UInt32(exactly: $0) }) else {
                throw .invalidArgument
            }
            try Keyring.allow(number, permissions: current | permissions)
        }
    }
}
