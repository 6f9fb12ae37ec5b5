import ByteStrings
import ContainerInit
import ContainerSteps
import RuntimeSpec
import Seccomp
import StrictJSON

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
    /// The fields of each step, as JSON.
    private var fields: [[UInt8]] = []
    /// What is too long for a line: for each step that has some.
    private var listings: [(title: String, lines: [String])] = []
    /// Members of config.json that are not in the specification and have no effect.
    public let ignored: [String]
    /// What the user should know.
    public let warnings: [String]

    package init(_ plan: ContainerPlan, of spec: Spec, ignored: [String] = []) {
        self.spec = spec
        self.ignored = ignored
        warnings = plan.warnings
        var rest = plan.child.steps[...]
        var isReady = false
        for planned in plan.parent {
            let kind = type(of: planned.step)
            if let meeting = planned.step as? AwaitStep {
                appendChild(&rest, "create") { $0.sends(.meeting(meeting.point)) }
            } else if kind == AwaitReadyStep.self || kind == RecordCreatedStep.self, !isReady {
                isReady = true
                appendChild(&rest, "create") { $0.sends(.ready) }
            }
            append("runtime", "create", planned.step, planned.origin)
        }
        appendChild(&rest, "start") { _ in false }
        for planned in plan.afterStart { append("runtime", "start", planned.step, planned.origin) }
        for planned in plan.atEnd { append("runtime", "delete", planned.step, planned.origin) }
    }

    private mutating func appendChild(
        _ steps: inout ArraySlice<Planned<any ChildStep>>, _ phase: String, upTo isLast: (any ChildStep) -> Bool
    ) {
        while let planned = steps.popFirst() {
            append("init", phase, planned.step, planned.origin)
            if isLast(planned.step) { return }
        }
    }

    private mutating func append<Kind: Step>(_ lane: String, _ phase: String, _ step: Kind, _ origin: Origin) {
        let name = Kind.name.description
        lines.append(
            Line(
                number: lines.count + 1, lane: lane, phase: phase, operation: name, detail: step.detail,
                origin: origin.path(in: spec)))
        var json = JSONWriter()
        step.write(to: &json)
        fields.append(json.bytes)
        let listing = step is SeccompStep ? filter : step.listing
        if !listing.isEmpty { listings.append(("\(lines.count) " + name, listing)) }
    }

    /// The filter in words; its instructions are those of one architecture after the other.
    private var filter: [String] {
        guard let profile = spec.linux?.seccomp else { return [] }
        do throws(SeccompError) {
            return try SeccompFilter(profile).disassembly.utf8.split(separator: UInt8(ascii: "\n")).map {
                String(Substring($0))
            }
        } catch {
            return []  // a profile without a filter has no plan
        }
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
        if lines.contains(where: { $0.origin == Origin.Property.rule.name.description }) {
            text += "(rule): no property asks for it; the runtime does it for every container of this kind\n"
        }
        for path in ignored { text += "no effect: \(path)\n" }
        for warning in warnings { text += "warning: \(warning)\n" }
        return text
    }

    /// The plan as a table, with what is too long for it below: the filter of system calls, the environment.
    public var verboseText: String {
        var text = text
        for listing in listings {
            text += "\n" + listing.title + ":\n"
            for line in listing.lines { text += "  " + line + "\n" }
        }
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
            writer.key("fields")
            writer.value(encoded: fields[line.number - 1])
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
