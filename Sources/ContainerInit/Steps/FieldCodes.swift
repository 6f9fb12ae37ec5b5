import ByteStrings
import LinuxKernel
import RuntimeSpec

// The kernel's and the specification's types that stand in steps. What is another module's is written out, not left to
// `FieldCode`: the conformances that the general way needs are looked up at run time.

extension CloneFlags: FieldValue {
    package func encode(to encoder: inout PlanEncoder) { encoder.append(integer: rawValue) }

    package init(from decoder: inout PlanDecoder) throws(PlanCodingError) {
        self.init(rawValue: try decoder.takeInteger())
    }

    /// The namespaces by the names of config.json.
    package var shown: String {
        NamespaceType.allCases.filter { contains($0.cloneFlags) }.map(\.rawValue).joined(separator: " ")
    }
}

extension MountFlags: FieldValue {
    package func encode(to encoder: inout PlanEncoder) { encoder.append(integer: rawValue) }

    package init(from decoder: inout PlanDecoder) throws(PlanCodingError) {
        self.init(rawValue: try decoder.takeInteger())
    }

    /// The flags by the names that mount(8) has for them.
    package var shown: String {
        let names: [(MountFlags, String)] = [
            (.readOnly, "ro"), (.noSetuid, "nosuid"), (.noDevices, "nodev"), (.noExec, "noexec"),
            (.synchronous, "sync"), (.remount, "remount"), (.mandatoryLocks, "mand"),
            (.directorySynchronous, "dirsync"), (.noSymbolicLinks, "nosymfollow"), (.noAccessTime, "noatime"),
            (.noDirectoryAccessTime, "nodiratime"), (.bind, "bind"), (.recursive, "rec"), (.silent, "silent"),
            (.unbindable, "unbindable"), (.privatePropagation, "private"), (.slave, "slave"), (.shared, "shared"),
            (.relativeAccessTime, "relatime"), (.inodeVersion, "iversion"), (.strictAccessTime, "strictatime"),
            (.lazyTime, "lazytime"),
        ]
        return names.filter { contains($0.0) }.map(\.1).joined(separator: ",")
    }
}

extension MountAttributes: FieldValue {
    package func encode(to encoder: inout PlanEncoder) { encoder.append(integer: rawValue) }

    package init(from decoder: inout PlanDecoder) throws(PlanCodingError) {
        self.init(rawValue: try decoder.takeInteger())
    }

    /// The attributes by the names that mount(8) has for them.
    package var shown: String {
        let names: [(MountAttributes, String)] = [
            (.readOnly, "ro"), (.noSetuid, "nosuid"), (.noDevices, "nodev"), (.noExec, "noexec"),
            (.noAccessTime, "noatime"), (.strictAccessTime, "strictatime"), (.noDirectoryAccessTime, "nodiratime"),
            (.noSymbolicLinks, "nosymfollow"), (.idMapped, "idmap"),
        ]
        return names.filter { contains($0.0) }.map(\.1).joined(separator: ",")
    }
}

extension FileKind: FieldValue {
    package func encode(to encoder: inout PlanEncoder) { encoder.append(integer: rawValue) }

    package init(from decoder: inout PlanDecoder) throws(PlanCodingError) {
        guard let kind = FileKind(rawValue: try decoder.takeInteger()) else { throw PlanCodingError() }
        self = kind
    }

    package var shown: String { "\(self)" }
}

extension DescriptorNumber: FieldCode {}

extension StreamSet: FieldValue {
    package func encode(to encoder: inout PlanEncoder) { encoder.append(integer: rawValue) }

    package init(from decoder: inout PlanDecoder) throws(PlanCodingError) {
        self.init(rawValue: try decoder.takeInteger())
    }

    package var shown: String { String(rawValue) }
}

extension IDMapping: FieldValue {
    package func encode(to encoder: inout PlanEncoder) {
        containerID.encode(to: &encoder)
        hostID.encode(to: &encoder)
        size.encode(to: &encoder)
    }

    package init(from decoder: inout PlanDecoder) throws(PlanCodingError) {
        let containerID = try UInt32(from: &decoder)
        let hostID = try UInt32(from: &decoder)
        self.init(containerID: containerID, hostID: hostID, size: try UInt32(from: &decoder))
    }

    package var shown: String { "\(containerID):\(hostID):\(size)" }
}

extension Origin: FieldValue {
    package func encode(to encoder: inout PlanEncoder) {
        property.rawValue.encode(to: &encoder)
        (index.map { Int32(truncatingIfNeeded: $0) }).encode(to: &encoder)
    }

    package init(from decoder: inout PlanDecoder) throws(PlanCodingError) {
        guard let property = Property(rawValue: try UInt8(from: &decoder)) else { throw PlanCodingError() }
        self.init(property, try Int32?(from: &decoder).map { Int($0) })
    }

    package var shown: String { path }
}

extension ContainerError: FieldRecord {
    package init() { self.init(.failed) }

    package mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) throws(Visitor.Failure) {
        try visitor.field("code", &code)
        try visitor.field("operation", &operation)
        try visitor.field("origin", &origin)
        try visitor.field("member", &member)
        try visitor.field("value", &value)
        try visitor.field("subject", &subject)
        try visitor.field("errno", &errno)
        try visitor.field("reason", &reason)
        try visitor.field("remedy", &remedy)
        try visitor.field("capitalized", &hasCapitalizedCause)
        try visitor.field("ofMount", &isOfMount)
    }
}

extension ContainerError.Code: FieldCode {
    package var shown: String { String(rawValue) }
}
extension Errno: FieldCode {
    package var shown: String { message }
}
