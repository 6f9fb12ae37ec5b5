import ByteStrings
import RuntimeSpec

/// The ways to use a device.
package struct DeviceAccess: OptionSet, Hashable, Sendable {
    package let rawValue: UInt32
    package init(rawValue: UInt32) { self.rawValue = rawValue }

    // The bits are the kernel's, `BPF_DEVCG_ACC_*`.
    package static let mknod = DeviceAccess(rawValue: 1)
    package static let read = DeviceAccess(rawValue: 2)
    package static let write = DeviceAccess(rawValue: 4)
    static let all: DeviceAccess = [.mknod, .read, .write]

    /// The letters in the kernel's order.
    package var letters: String {
        switch (contains(.read), contains(.write), contains(.mknod)) {
        case (true, true, true): "rwm"
        case (true, true, false): "rw"
        case (true, false, true): "rm"
        case (true, false, false): "r"
        case (false, true, true): "wm"
        case (false, true, false): "w"
        case (false, false, true): "m"
        case (false, false, false): ""
        }
    }
}

/// The devices that a rule means: one kind, and one or every number.
package struct DeviceSelector: Hashable, Sendable {
    package enum Kind: UInt32, Hashable, Sendable {
        // The kernel's numbers, `BPF_DEVCG_DEV_*`.
        case block = 1
        case character = 2
    }

    package var kind = Kind.character
    /// Nil is every number.
    package var major: UInt32?
    /// Nil is every number.
    package var minor: UInt32?

    package init() {}

    init(kind: Kind, major: UInt32? = nil, minor: UInt32? = nil) {
        self.kind = kind
        self.major = major
        self.minor = minor
    }

    /// Whether every device of `other` is one of these.
    func covers(_ other: DeviceSelector) -> Bool {
        kind == other.kind && (major == nil || major == other.major) && (minor == nil || minor == other.minor)
    }

    /// Whether a device can be one of these and one of `other`.
    func overlaps(_ other: DeviceSelector) -> Bool {
        kind == other.kind && (major == nil || other.major == nil || major == other.major)
            && (minor == nil || other.minor == nil || minor == other.minor)
    }

    /// The text in `devices.allow`, such as `c 1:3`.
    package var text: String { bytes.text }

    /// The same as bytes.
    var bytes: ByteString {
        let kind: StaticString = kind == .block ? "b" : "c"
        return "\(kind) \(Self.bytes(of: major)):\(Self.bytes(of: minor))"
    }

    private static func bytes(of number: UInt32?) -> ByteString {
        guard let number else { return "*" }
        return "\(number)"
    }
}

/// One checked rule about one kind of device.
package struct DeviceAccessRule: Hashable, Sendable {
    package var allow = false
    package var selector = DeviceSelector()
    package var access: DeviceAccess = []
    /// The rule's place in `linux.resources.devices`; nil for the runtime's own.
    package var index: UInt32?

    package init() {}

    init(allow: Bool, selector: DeviceSelector, access: DeviceAccess, index: UInt32? = nil) {
        self.allow = allow
        self.selector = selector
        self.access = access
        self.index = index
    }

    /// The property that the rule stands in; empty for the runtime's own.
    var property: String { Self.property(index) }

    fileprivate static func property(_ index: UInt32?) -> String {
        index.map { "linux.resources.devices[\($0)]" } ?? ""
    }
}

/// The rules of a container in their order: of several that fit, the last one wins, for each way of access by itself.
package struct DeviceRules: Hashable, Sendable {
    /// What happens where no rule fits.
    package var isAllowedByDefault = false
    /// The rules after the last one that says the same of every device.
    package var rules: [DeviceAccessRule] = []

    package init() {}

    /// The rules of a configuration, followed by those that every container needs.
    package init(_ configured: [DeviceRule]) throws(CgroupError) {
        var index: UInt32 = 0
        for rule in configured {
            try append(rule, index)
            index += 1
        }
        for rule in Self.always { try append(rule, nil) }
    }

    /// What every container may do: make nodes, and use the devices that the runtime makes for it.
    static let always: [DeviceRule] = [
        DeviceRule(allow: true, type: .character, access: "m"),
        DeviceRule(allow: true, type: .block, access: "m"),
        DeviceRule(allow: true, type: .character, major: 1, minor: 3),  // null
        DeviceRule(allow: true, type: .character, major: 1, minor: 5),  // zero
        DeviceRule(allow: true, type: .character, major: 1, minor: 7),  // full
        DeviceRule(allow: true, type: .character, major: 1, minor: 8),  // random
        DeviceRule(allow: true, type: .character, major: 1, minor: 9),  // urandom
        DeviceRule(allow: true, type: .character, major: 5, minor: 0),  // tty
        DeviceRule(allow: true, type: .character, major: 5, minor: 2),  // ptmx
        DeviceRule(allow: true, type: .character, major: 136),  // pseudo terminals
        DeviceRule(allow: true, type: .character, major: 10, minor: 200),  // net/tun
    ]

    private mutating func append(_ rule: DeviceRule, _ index: UInt32?) throws(CgroupError) {
        let access = try Self.access(rule.access, index)
        let major = try Self.number(rule.major, "major", index)
        let minor = try Self.number(rule.minor, "minor", index)
        func append(_ kind: DeviceSelector.Kind) {
            rules.append(
                DeviceAccessRule(
                    allow: rule.allow, selector: DeviceSelector(kind: kind, major: major, minor: minor),
                    access: access, index: index))
        }
        switch rule.type {
        case .block: append(.block)
        case .character: append(.character)
        case .all, nil:
            if major == nil, minor == nil, access == .all {
                // Nothing before it has any effect.
                isAllowedByDefault = rule.allow
                rules = []
                return
            }
            append(.block)
            append(.character)
        }
    }

    private static func access(_ letters: String, _ index: UInt32?) throws(CgroupError) -> DeviceAccess {
        var access: DeviceAccess = []
        for letter in letters.utf8 {
            switch letter {
            case UInt8(ascii: "r"): access.insert(.read)
            case UInt8(ascii: "w"): access.insert(.write)
            case UInt8(ascii: "m"): access.insert(.mknod)
            // Some callers write what fopen(3) takes, such as "rwa"; runc passes over it.
            default: break
            }
        }
        guard !access.isEmpty else {
            throw CgroupError(
                property: DeviceAccessRule.property(index) + ".access", value: letters,
                reason: "device access cannot be empty")
        }
        return access
    }

    private static func number(_ value: Int64?, _ member: String, _ index: UInt32?) throws(CgroupError) -> UInt32? {
        guard let value, value != -1 else { return nil }
        guard let number = UInt32(exactly: value) else {
            throw CgroupError(
                property: DeviceAccessRule.property(index) + "." + member, value: String(value),
                reason: "invalid device number " + String(value))
        }
        return number
    }
}
