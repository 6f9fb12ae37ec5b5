import ByteStrings
import Cgroups
import ContainerInit
import SystemdBus

// The types of cgroups and units that stand in steps.

extension CgroupPlan: FieldRecord {
    package mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) throws(Visitor.Failure) {
        try visitor.field("kind", &kind)
        try visitor.field("places", &places)
        try visitor.field("default", &isDefaultPath)
        try visitor.field("path", &cleanedPath)
        try visitor.field("unit", &unit)
    }
}

extension CgroupPlan.Place: FieldRecord {
    package mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) throws(Visitor.Failure) {
        try visitor.field("controllers", &controllers)
        try visitor.field("mountPoint", &mountPoint)
        try visitor.field("path", &path)
    }
}

extension CgroupLayout.Kind: FieldCode {}

extension LimitGroup: FieldRecord {
    package mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) throws(Visitor.Failure) {
        try visitor.field("writes", &writes)
    }
}

extension LimitWrite: FieldRecord {
    package mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) throws(Visitor.Failure) {
        try visitor.field("controller", &controller)
        try visitor.field("file", &file)
        try visitor.field("value", &value)
        try visitor.field("property", &property)
        try visitor.field("alternatives", &alternatives)
        try visitor.field("optional", &isOptional)
    }

    package var shown: String { file + " = " + value }
}

extension LimitWrite.Alternative: FieldRecord {
    package mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) throws(Visitor.Failure) {
        try visitor.field("file", &file)
        try visitor.field("value", &value)
    }
}

extension DeviceRules: FieldRecord {
    package mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) throws(Visitor.Failure) {
        try visitor.field("allowed", &isAllowedByDefault)
        try visitor.field("rules", &rules)
    }

    package var shown: String {
        ([isAllowedByDefault ? "allow all" : "deny all"] + rules.map(\.shown)).joined(separator: ", ")
    }
}

extension DeviceAccessRule: FieldRecord {
    package mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) throws(Visitor.Failure) {
        try visitor.field("allow", &allow)
        try visitor.field("selector", &selector)
        try visitor.field("access", &access)
        try visitor.field("index", &index)
    }

    package var shown: String { (allow ? "allow " : "deny ") + selector.text + " " + access.letters }
}

extension DeviceSelector: FieldRecord {
    package mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) throws(Visitor.Failure) {
        try visitor.field("kind", &kind)
        try visitor.field("major", &major)
        try visitor.field("minor", &minor)
    }
}

extension DeviceSelector.Kind: FieldCode {}

extension DeviceAccess: FieldCode {
    package var shown: String { letters }
}

extension ContainerUnit: FieldValue {
    package func encode(to encoder: inout PlanEncoder) {
        slice.name.encode(to: &encoder)
        name.encode(to: &encoder)
        container.encode(to: &encoder)
        isUser.encode(to: &encoder)
    }

    package init(from decoder: inout PlanDecoder) throws(PlanCodingError) {
        guard let slice = SliceName(try String(from: &decoder)) else { throw PlanCodingError() }
        let name = try String(from: &decoder)
        let container = try String(from: &decoder)
        self.init(slice: slice, name: name, container: container, isUser: try Bool(from: &decoder))
    }

    package var shown: String { name }
}

extension UnitProperty: FieldRecord {
    package init() { self.init("") }

    package mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) throws(Visitor.Failure) {
        try visitor.field("name", &name)
        try visitor.field("value", &value)
        try visitor.field("since", &since)
    }

    package var shown: String {
        name + "=" + value.description + (since == 0 ? "" : " (from systemd \(since) on)")
    }
}

extension BusValue: FieldValue {
    package func encode(to encoder: inout PlanEncoder) { marshaled.encode(to: &encoder) }

    package init(from decoder: inout PlanDecoder) throws(PlanCodingError) {
        let bytes = try [UInt8](from: &decoder)
        do throws(BusError) { try self.init(marshaled: bytes) } catch { throw PlanCodingError() }
    }

    package var shown: String { description }
}
