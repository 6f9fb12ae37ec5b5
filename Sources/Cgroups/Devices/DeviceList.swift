import ByteStrings

/// The rules as version 1 keeps them: a mode, and exceptions to it without an order.
struct DeviceList: Hashable, Sendable {
    /// Whether what no exception names is allowed.
    var isAllowedByDefault: Bool
    /// What is denied if the default allows, else what is allowed, each selector once. The kernel's list shows them in the order
    /// in which they were written.
    private(set) var exceptions: [Exception] = []

    /// An exception to the mode.
    struct Exception: Hashable, Sendable {
        let selector: DeviceSelector
        var access: DeviceAccess
    }

    /// The list that means the same as ordered rules.
    ///
    /// The kernel forgets an exception only whole, so a rule that takes one device out of an exception for many cannot be
    /// expressed: that is an error, where the kernel itself would silently do nothing.
    init(_ rules: DeviceRules) throws(CgroupError) {
        isAllowedByDefault = rules.isAllowedByDefault
        for rule in rules.rules {
            if rule.allow != isAllowedByDefault {
                add(rule.access, to: rule.selector)
                continue
            }
            for index in exceptions.indices where exceptions[index].selector.overlaps(rule.selector) {
                let (selector, access) = (exceptions[index].selector, exceptions[index].access)
                if access.isDisjoint(with: rule.access) { continue }
                guard rule.selector.covers(selector) else {
                    throw CgroupError(
                        property: rule.property, value: rule.selector.text + " " + rule.access.letters,
                        reason: "requested rule [" + rule.selector.text + " " + rule.access.letters
                            + "] not supported by devices cgroupv1 (cannot punch hole in existing wildcard rule ["
                            + selector.text + " " + access.letters + "])")
                }
                exceptions[index].access = access.subtracting(rule.access)
            }
            exceptions.removeAll { $0.access.isEmpty }
        }
    }

    /// The list in the kernel's `devices.list`; a mode that allows all shows no exceptions, so they are unknown.
    init(kernel text: ByteString) {
        isAllowedByDefault = false
        for line in text.split(separator: UInt8(ascii: "\n")) {
            // kind, blank, major:minor, blank, letters
            let words = line.split(separator: UInt8(ascii: " "))
            guard words.count == 3, let kind = words[0].first else { continue }
            if kind == UInt8(ascii: "a") {
                isAllowedByDefault = true
                exceptions = []
                return
            }
            let numbers = words[1].split(separator: UInt8(ascii: ":"))
            guard numbers.count == 2 else { continue }
            var access: DeviceAccess = []
            if words[2].contains(UInt8(ascii: "r")) { access.insert(.read) }
            if words[2].contains(UInt8(ascii: "w")) { access.insert(.write) }
            if words[2].contains(UInt8(ascii: "m")) { access.insert(.mknod) }
            let selector = DeviceSelector(
                kind: kind == UInt8(ascii: "b") ? .block : .character,
                major: UInt32(ByteString(bytes: numbers[0]).text), minor: UInt32(ByteString(bytes: numbers[1]).text))
            add(access, to: selector)
        }
    }

    private mutating func add(_ access: DeviceAccess, to selector: DeviceSelector) {
        if let index = exceptions.firstIndex(where: { $0.selector == selector }) {
            exceptions[index].access.formUnion(access)
        } else {
            exceptions.append(Exception(selector: selector, access: access))
        }
    }

    private static func access(to selector: DeviceSelector, in exceptions: [Exception]) -> DeviceAccess {
        exceptions.first { $0.selector == selector }?.access ?? []
    }

    /// One write to one of the two files.
    struct Change: Hashable, Sendable {
        var allow: Bool
        var text: ByteString

        var file: StaticString { allow ? "devices.allow" : "devices.deny" }
    }

    /// The writes that lead from `present` here. Lists of one mode differ in what they name; else all begins anew.
    func changes(from present: DeviceList) -> [Change] {
        var changes: [Change] = []
        var known: [Exception] = []
        if isAllowedByDefault || present.isAllowedByDefault {
            changes.append(Change(allow: isAllowedByDefault, text: "a"))
        } else {
            known = present.exceptions
        }
        // What is added comes first: where both change, nothing that stays allowed is denied in between.
        for exception in exceptions {
            let selector = exception.selector
            let added = exception.access.subtracting(Self.access(to: selector, in: known))
            if !added.isEmpty {
                changes.append(Change(allow: !isAllowedByDefault, text: "\(selector.bytes) \(added.letters)"))
            }
        }
        for exception in known {
            let selector = exception.selector
            let removed = exception.access.subtracting(Self.access(to: selector, in: exceptions))
            if !removed.isEmpty {
                changes.append(Change(allow: isAllowedByDefault, text: "\(selector.bytes) \(removed.letters)"))
            }
        }
        return changes
    }
}
