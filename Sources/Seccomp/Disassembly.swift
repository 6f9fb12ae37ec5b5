import RuntimeSpec

extension SeccompFilter {
    /// The filter as text: for each architecture, which numbers lead to which verdict.
    ///
    /// Ranges that the kernel has no calls in are shown by their numbers alone.
    package var disassembly: String {
        var text = "default: " + defaultVerdict.text + "\n"
        for section in table.places.indices { table.write(section, to: &text, otherwise: defaultVerdict) }
        text += "other architectures: " + Verdict.killThread.text + "\n"
        if !unknownNames.isEmpty {
            text += "no such calls: " + unknownNames.joined(separator: " ") + "\n"
        }
        return text
    }
}

extension SectionTable {
    fileprivate func write(_ section: Int, to text: inout String, otherwise: Verdict) {
        let architectures = architectures(of: section)
        text += architectures.map(\.shortName).joined(separator: "+") + ":\n"
        let names = architectures.map { SyscallTable.names(of: $0) }
        let ranges = ranges(of: section)
        for range in ranges {
            let start = start(ofRange: range)
            let end = range + 1 < ranges.upperBound ? self.start(ofRange: range + 1) - 1 : .max
            text += "  " + Self.text(of: start)
            if end > start { text += end == .max ? " and above" : "-" + Self.text(of: end) }
            if let list = Self.calls(from: start, to: end, names, architectures) { text += " (" + list + ")" }
            let target = target(ofRange: range)
            guard let decision = target.place else {
                text += ": " + target.verdict.text + "\n"
                continue
            }
            text += ":\n"
            for clause in clauses[clauses(of: decision)] {
                text += "    " + clause.verdict.text + " if "
                text += clause.conditions.map(\.text).joined(separator: " and ") + "\n"
            }
            text += "    else " + otherwise.text + "\n"
        }
    }

    /// A number; the large ones have a meaning by their bits.
    private static func text(of number: UInt32) -> String {
        number < 0x1_0000 ? String(number) : "0x" + String(number, radix: 16)
    }

    /// The first and the last call of a range.
    private static func calls(
        from start: UInt32, to end: UInt32, _ names: [[String?]], _ architectures: [SeccompArchitecture]
    ) -> String? {
        let first = architectures.indices.compactMap { call(from: start, to: end, by: 1, names[$0], architectures[$0]) }
        let last = architectures.indices.compactMap { call(from: end, to: start, by: -1, names[$0], architectures[$0]) }
        guard let first = first.first, let last = last.last else { return nil }
        return first == last ? first : first + " to " + last
    }

    private static func call(
        from start: UInt32, to end: UInt32, by step: Int, _ names: [String?], _ architecture: SeccompArchitecture
    ) -> String? {
        for slot in step > 0 ? Array(names.indices) : names.indices.reversed() {
            guard let name = names[slot] else { continue }
            let number = architecture.number(ofSlot: slot)
            if number >= min(start, end), number <= max(start, end) { return name }
        }
        return nil
    }
}

extension SeccompArchitecture {
    /// The number that the kernel reports for a slot of the table.
    func number(ofSlot slot: Int) -> UInt32 {
        slot < SyscallTable.privateSlot
            ? numberBase + UInt32(slot) : SyscallTable.privateBase + UInt32(slot - SyscallTable.privateSlot)
    }
}

extension Condition {
    /// The condition as C would have it, such as `arg0 & 0xf == 0x1`.
    fileprivate var text: String {
        let value = "0x" + String(datum, radix: 16)
        let name = "arg" + String(argument)
        return switch op {
        case .equal: name + " == " + value
        case .notEqual: name + " != " + value
        case .lessThan: name + " < " + value
        case .lessOrEqual: name + " <= " + value
        case .greaterThan: name + " > " + value
        case .greaterOrEqual: name + " >= " + value
        case .maskedEqual: name + " & 0x" + String(mask, radix: 16) + " == " + value
        }
    }
}
