import RuntimeSpec

/// A configuration with the bytes that it was decoded from. One object for all who look at it: its copies would be large.
final class LoadedConfiguration {
    let bytes: [UInt8]
    var spec: Spec

    /// Decodes bytes, and checks what they mean.
    init(validating bytes: [UInt8]) throws(SpecError) {
        self.bytes = bytes
        spec = try Spec(validating: bytes)
    }

    /// Decodes bytes that were checked before.
    init(checked bytes: [UInt8]) throws(SpecError) {
        self.bytes = bytes
        spec = try Spec(json: bytes)
    }
}
