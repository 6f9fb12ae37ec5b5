import JSON
import RuntimeSpec

/// A plan for a reader: what will be done to make a container, step by step, each with what caused it.
public struct PlanDescription: Sendable {
    /// One step.
    public struct Line: Equatable, Sendable {
        /// The place in the order, from 1.
        public var number: Int
        /// Who does it: `runtime` or `init`.
        public var lane: String
        /// When in the life of the container.
        public var phase: String
        /// What is done.
        public var operation: String
        /// To what, and how.
        public var detail: String
        /// The property of config.json, or the rule, that caused it.
        public var origin: String
    }

    private let spec: Spec
    /// The steps in their order; those of both lanes between two meeting points run side by side.
    public private(set) var lines: [Line] = []
    /// Members of config.json that are not in the specification and have no effect.
    public let ignored: [String]
    /// What the user should know.
    public let warnings: [String]

    package init(_ plan: ContainerPlan, of spec: Spec, ignored: [String] = []) {
        self.spec = spec
        self.ignored = ignored
        warnings = plan.warnings
        var rest = plan.child.steps[...]
        var phase = "create"
        for step in plan.parent {
            switch step.operation {
            case .await(let point):
                appendChild(&rest, phase: phase) { if case .meet(point) = $0 { true } else { false } }
            case .awaitReady, .recordCreated:
                appendChild(&rest, phase: phase) { if case .waitForStart = $0 { true } else { false } }
            default: break
            }
            append("runtime", phase, step.operation.description, step.origin)
        }
        phase = "start"
        appendChild(&rest, phase: phase) { _ in false }
    }

    private mutating func appendChild(
        _ steps: inout ArraySlice<ChildStep>, phase: String, upTo isLast: (ChildOperation) -> Bool
    ) {
        while let step = steps.popFirst() {
            append("init", phase, step.operation.description, step.origin)
            if isLast(step.operation) { return }
        }
    }

    private mutating func append(
        _ lane: String, _ phase: String, _ description: (name: String, detail: String), _ origin: Origin
    ) {
        lines.append(
            Line(
                number: lines.count + 1, lane: lane, phase: phase, operation: description.name,
                detail: description.detail, origin: origin.path(in: spec)))
    }

    /// The plan as a table.
    public var text: String {
        func width(_ member: KeyPath<Line, String>, atMost limit: Int) -> Int {
            min(limit, lines.map { $0[keyPath: member].count }.max() ?? 0)
        }
        func padded(_ text: String, _ width: Int) -> String {
            text + String(repeating: " ", count: max(0, width - text.count))
        }
        let operation = width(\.operation, atMost: 24)
        let detail = width(\.detail, atMost: 60)
        var text = ""
        for line in lines {
            let number = String(line.number)
            text += String(repeating: " ", count: max(0, 3 - number.count)) + number + "  "
            text +=
                padded(line.lane, 7) + "  " + padded(line.phase, 6) + "  " + padded(line.operation, operation) + "  "
            text += padded(line.detail, detail) + "  " + line.origin + "\n"
        }
        for path in ignored { text += "no effect: \(path)\n" }
        for warning in warnings { text += "warning: \(warning)\n" }
        return text
    }

    /// The plan as a JSON document, indented by two blanks.
    public var json: [UInt8] {
        var writer = JSONWriter(indent: .blanks(2))
        writer.beginObject()
        writer.key("steps")
        writer.beginArray()
        for line in lines {
            writer.beginObject()
            writer.key("number")
            writer.integer(line.number)
            for (key, value) in [
                ("lane", line.lane), ("phase", line.phase), ("operation", line.operation), ("detail", line.detail),
                ("origin", line.origin),
            ] {
                writer.key(key)
                writer.string(value)
            }
            writer.endObject()
        }
        writer.endArray()
        writer.key("ignored")
        writer.beginArray()
        for path in ignored { writer.string(path) }
        writer.endArray()
        writer.key("warnings")
        writer.beginArray()
        for warning in warnings { writer.string(warning) }
        writer.endArray()
        writer.endObject()
        return writer.bytes
    }
}

extension ContainerStore {
    /// Plans a container without making it: nothing on the host changes.
    ///
    /// - Throws: what `create` would throw before its first effect.
    public func explain(_ id: String, _ options: CreateOptions) throws(ContainerError) -> PlanDescription {
        let bundle = try Bundle(options)
        var (_, spec) = try bundle.load()
        var facts = try HostFacts(bundle: bundle.path, spec: spec, id: id, options: options)
        facts.trustsAnnotations = trustsAnnotations
        let isCompleted = facts.completeMappings(of: &spec)
        var plan = try PlanBuilder(spec: spec, id: id, options: options, facts: facts).build()
        if isCompleted { plan.warnings.append(NamespacePlan.ownMappingsWarning) }
        return PlanDescription(plan, of: spec, ignored: spec.unknownMembers)
    }
}
