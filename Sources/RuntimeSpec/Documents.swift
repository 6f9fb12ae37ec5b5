import StrictJSON

extension Spec {
    /// Decodes the content of `config.json`. Wrong types and names outside of closed sets are all collected before the
    /// error is thrown; only a syntax error stops at once. `validate` checks what the values mean.
    ///
    /// - Throws: `SpecError` with every finding and its place in the file.
    public init(json bytes: [UInt8]) throws(SpecError) {
        var document: Spec?
        let remarks = SpecDecoder.decode(bytes, into: &document)
        guard remarks.findings.isEmpty, let document else { throw SpecError(findings: remarks.findings) }
        self = document
        unknownMembers = remarks.unknownMembers
    }

    /// Decodes the content of `config.json` and checks what the values mean, with all findings of both in one error.
    ///
    /// - Throws: `SpecError`: first what has the wrong form, then what has the wrong meaning.
    public init(validating bytes: [UInt8]) throws(SpecError) {
        var document: Spec?
        let remarks = SpecDecoder.decode(bytes, into: &document)
        guard let document else { throw SpecError(findings: remarks.findings) }
        let findings = remarks.findings + document.validate(after: remarks)
        guard findings.isEmpty else { throw SpecError(findings: findings) }
        self = document
        unknownMembers = remarks.unknownMembers
    }

    /// The configuration as JSON, without a newline at the end. Decoding gives an equal configuration again.
    public func encoded(_ layout: JSONLayout = .compact) -> [UInt8] { SpecEncoder.encode(self, layout) }
}

extension Process {
    /// Decodes a process alone, as `exec` gets it in a file. The paths of findings start at the process.
    ///
    /// - Throws: `SpecError` with every finding and its place in the file.
    public init(json bytes: [UInt8]) throws(SpecError) {
        self = try SpecDecoder.decode(bytes, as: Process.self)
    }

    /// The process as JSON, without a newline at the end.
    public func encoded(_ layout: JSONLayout = .compact) -> [UInt8] { SpecEncoder.encode(self, layout) }
}

extension Resources {
    /// Decodes limits alone, as `update` gets them in a file. The paths of findings start at the limits; null is none.
    ///
    /// - Throws: `SpecError` with every finding and its place in the file.
    public init(json bytes: [UInt8]) throws(SpecError) {
        self = try SpecDecoder.decode(bytes, as: Resources.self, null: Resources())
    }

    /// The limits as JSON, without a newline at the end.
    public func encoded(_ layout: JSONLayout = .compact) -> [UInt8] { SpecEncoder.encode(self, layout) }
}

extension Mount {
    /// Decodes mounts alone: a list of them, or an object with the member `mounts`, as a whole configuration is. The paths
    /// of findings start at `mounts`.
    ///
    /// - Throws: `SpecError` with every finding and its place in the file.
    public static func list(json bytes: [UInt8]) throws(SpecError) -> [Mount] {
        let blanks: [UInt8] = [0x09, 0x0a, 0x0d, 0x20]
        guard bytes.first(where: { !blanks.contains($0) }) == UInt8(ascii: "[") else {
            return try SpecDecoder.decode(bytes, as: MountList.self).mounts
        }
        do throws(SpecError) {
            return try SpecDecoder.decode(bytes, as: [Mount].self)
        } catch {
            var error = error
            for index in error.findings.indices where error.findings[index].path.hasPrefix("[") {
                error.findings[index].path = "mounts" + error.findings[index].path
            }
            throw error
        }
    }
}

/// The part of a configuration that lists mounts.
private struct MountList: SpecObject {
    var mounts: [Mount] = []

    static var blank: MountList { MountList() }

    mutating func members<Visitor: MemberVisitor & ~Copyable>(_ visitor: inout Visitor) throws(Visitor.Failure) {
        try visitor.member("mounts", &mounts, .required)
    }
}

extension State {
    /// Decodes a state.
    ///
    /// - Throws: `SpecError` with every finding and its place.
    public init(json bytes: [UInt8]) throws(SpecError) {
        self = try SpecDecoder.decode(bytes, as: State.self)
    }

    /// The state as JSON, without a newline at the end, annotations sorted. The command `state` of runc indents by two
    /// blanks and shows `created`, `rootfs` and `owner`; hooks get the state without `created` and on one line.
    public func encoded(_ layout: JSONLayout = .compact) -> [UInt8] {
        SpecEncoder.encode(self, layout, sortsKeys: true)
    }
}

extension ContainerProcessState {
    /// Decodes what a seccomp listener gets.
    ///
    /// - Throws: `SpecError` with every finding and its place.
    public init(json bytes: [UInt8]) throws(SpecError) {
        self = try SpecDecoder.decode(bytes, as: ContainerProcessState.self)
    }

    /// The document as JSON, without a newline at the end.
    public func encoded(_ layout: JSONLayout = .compact) -> [UInt8] {
        SpecEncoder.encode(self, layout, sortsKeys: true)
    }
}

extension Features {
    /// Decodes the document that the command `features` prints.
    ///
    /// - Throws: `SpecError` with every finding and its place.
    public init(json bytes: [UInt8]) throws(SpecError) {
        self = try SpecDecoder.decode(bytes, as: Features.self)
    }

    /// The document as JSON, without a newline at the end, annotations sorted. The command `features` of runc indents by
    /// four blanks.
    public func encoded(_ layout: JSONLayout = .compact) -> [UInt8] {
        SpecEncoder.encode(self, layout, sortsKeys: true)
    }
}
