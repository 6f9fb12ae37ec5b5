import ByteStrings
import RuntimeSpec

/// One hook, with everything its run needs. See config.md, "POSIX-platform Hooks".
package struct HookCommand: Equatable, FieldRecord {
    package var path = Path()
    /// The arguments with `argv[0]`.
    package var arguments: [ByteString] = []
    package var environment: [ByteString] = []
    /// Whether the hook gets the environment that its surroundings have: the runtime's own on the host's side, the
    /// process's in the container, none where a createContainer hook runs.
    package var inheritsEnvironment = false
    /// Seconds; nil waits for ever.
    package var timeout: Int64?

    package init() {}

    package mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) throws(Visitor.Failure) {
        try visitor.field("path", &path)
        try visitor.field("arguments", &arguments)
        try visitor.field("environment", &environment)
        try visitor.field("inheritsEnvironment", &inheritsEnvironment)
        try visitor.field("timeout", &timeout)
    }

    /// The hook of a configuration; without arguments it gets its own path as the only one.
    package init(_ hook: Hook) {
        path = hook.path
        arguments = hook.args.isEmpty ? [hook.path.bytes] : hook.args
        environment = hook.env ?? []
        inheritsEnvironment = hook.env == nil
        timeout = hook.timeout.map { Int64($0) }
    }
}

/// What a hook gets to know of its container, without the pid, which only the moment knows. See runtime.md, "State".
package struct HookState: Equatable, FieldRecord {
    package var id = ""
    package var status = ContainerStatus.creating
    package var bundle = Path()
    package var annotations: [Annotation] = []

    /// One annotation of the configuration.
    package struct Annotation: Equatable, FieldRecord {
        package var key = ByteString()
        package var value = ByteString()

        package init() {}

        package mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) throws(Visitor.Failure) {
            try visitor.field("key", &key)
            try visitor.field("value", &value)
        }
    }

    package init() {}

    package init(
        id: String, status: ContainerStatus, bundle: Path, annotations: OrderedPairs<ByteString, ByteString>
    ) {
        self.id = id
        self.status = status
        self.bundle = bundle
        self.annotations = annotations.map { pair in
            Annotation {
                $0.key = pair.key
                $0.value = pair.value
            }
        }
    }

    package mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) throws(Visitor.Failure) {
        try visitor.field("id", &id)
        try visitor.field("status", &status)
        try visitor.field("bundle", &bundle)
        try visitor.field("annotations", &annotations)
    }

    /// The state with `pid`.
    package func state(pid: Int32?) -> State {
        State(
            id: id, status: status, pid: pid, bundle: bundle,
            annotations: OrderedPairs(distinct: annotations.map { .init(key: $0.key, value: $0.value) }))
    }

    /// The document for `pid`.
    package func document(pid: Int32?) -> [UInt8] { state(pid: pid).encoded() }
}

extension ContainerStatus: FieldValue {
    package func encode(to encoder: inout PlanEncoder) { rawValue.encode(to: &encoder) }

    package init(from decoder: inout PlanDecoder) throws(PlanCodingError) {
        guard let status = ContainerStatus(rawValue: try String(from: &decoder)) else { throw PlanCodingError() }
        self = status
    }

    package var shown: String { rawValue }
}
