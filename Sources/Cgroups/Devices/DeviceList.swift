/// The rules as version 1 keeps them: a mode, and exceptions to it without an order.
struct DeviceList: Hashable, Sendable {
    /// Whether what no exception names is allowed.
    var isAllowedByDefault: Bool
    /// The exceptions: what is denied if the default allows, else what is allowed.
    var exceptions: [DeviceSelector: DeviceAccess] = [:]

    /// The list that means the same as ordered rules.
    ///
    /// The kernel forgets an exception only whole, so a rule that takes one device out of an exception for many cannot be
    /// expressed: that is an error, where the kernel itself would silently do nothing.
    init(_ rules: DeviceRules) throws(CgroupError) {
        isAllowedByDefault = rules.isAllowedByDefault
        for rule in rules.rules {
            if rule.allow != isAllowedByDefault {
                exceptions[rule.selector, default: []].formUnion(rule.access)
                continue
            }
            for (selector, access) in exceptions where selector.overlaps(rule.selector) {
                if access.isDisjoint(with: rule.access) { continue }
                guard rule.selector.covers(selector) else {
                    throw CgroupError(
                        property: rule.property, value: rule.selector.text + " " + rule.access.letters,
                        reason: "requested rule [" + rule.selector.text + " " + rule.access.letters
                            + "] not supported by devices cgroupv1 (cannot punch hole in existing wildcard rule ["
                            + selector.text + " " + access.letters + "])")
                }
                let rest = access.subtracting(rule.access)
                exceptions[selector] = rest.isEmpty ? nil : rest
            }
        }
    }

    /// The list in the kernel's `devices.list`; a mode that allows all shows no exceptions, so they are unknown.
    init(kernel text: String) {
        isAllowedByDefault = false
        for line in text.utf8.split(separator: UInt8(ascii: "\n")) {
            // kind, blank, major:minor, blank, letters
            let words = line.split(separator: UInt8(ascii: " "))
            guard words.count == 3, let kind = words[0].first else { continue }
            if kind == UInt8(ascii: "a") {
                isAllowedByDefault = true
                exceptions = [:]
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
                major: UInt32(Substring(numbers[0])), minor: UInt32(Substring(numbers[1])))
            exceptions[selector, default: []].formUnion(access)
        }
    }

    /// One write to one of the two files.
    struct Change: Hashable, Sendable {
        var allow: Bool
        var text: String

        var file: String { allow ? "devices.allow" : "devices.deny" }
    }

    /// The writes that lead from `present` here. Lists of one mode differ in what they name; else all begins anew.
    func changes(from present: DeviceList) -> [Change] {
        var changes: [Change] = []
        var known: [DeviceSelector: DeviceAccess] = [:]
        if isAllowedByDefault || present.isAllowedByDefault {
            changes.append(Change(allow: isAllowedByDefault, text: "a"))
        } else {
            known = present.exceptions
        }
        // What is added comes first: where both change, nothing that stays allowed is denied in between.
        for (selector, access) in Self.sorted(exceptions) {
            let added = access.subtracting(known[selector] ?? [])
            if !added.isEmpty {
                changes.append(Change(allow: !isAllowedByDefault, text: selector.text + " " + added.letters))
            }
        }
        for (selector, access) in Self.sorted(known) {
            let removed = access.subtracting(exceptions[selector] ?? [])
            if !removed.isEmpty {
                changes.append(Change(allow: isAllowedByDefault, text: selector.text + " " + removed.letters))
            }
        }
        return changes
    }

    /// In a fixed order, so that the same rules always give the same writes.
    private static func sorted(
        _ exceptions: [DeviceSelector: DeviceAccess]
    ) -> [(DeviceSelector, DeviceAccess)] {
        func key(_ selector: DeviceSelector) -> (UInt32, Int64, Int64) {
            (selector.kind.rawValue, selector.major.map { Int64($0) } ?? -1, selector.minor.map { Int64($0) } ?? -1)
        }
        return exceptions.sorted { key($0.key) < key($1.key) }.map { ($0.key, $0.value) }
    }
}
