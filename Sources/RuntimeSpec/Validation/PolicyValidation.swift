import ByteStrings
import StrictJSON

extension Validation {
    mutating func check(_ rdt: IntelRdt) {
        let base = "linux.intelRdt"
        if let name = rdt.closID {
            let hasSlash = name != "/" && name.contains(UInt8(ascii: "/"))
            if name == "." || name == ".." || hasSlash || name.contains(UInt8(ascii: "\n")) {
                report(base, "closID", "invalid intelRdt.ClosID " + quotation(of: name))
            }
        }
        check(line: rdt.l3CacheSchema, base) { "l3CacheSchema" }
        check(line: rdt.memBwSchema, base) { "memBwSchema" }
        if let schema = rdt.memBwSchema, !schema.hasPrefix("MB:") {
            report(base, "memBwSchema", quotation(of: schema) + " does not start with \"MB:\"")
        }
        for (index, line) in rdt.schemata.enumerated() { check(line: line, base) { "schemata[\(index)]" } }
    }

    private mutating func check(line: ByteString?, _ base: String, _ property: () -> String) {
        guard let line, line.contains(UInt8(ascii: "\n")) else { return }
        report(base, property(), quotation(of: line) + " is more than one line")
    }

    /// The rules of set_mempolicy(2).
    mutating func check(_ policy: MemoryPolicy) {
        let base = "linux.memoryPolicy"
        let mode = "\"" + policy.mode.rawValue + "\""
        if let nodes = policy.nodes {
            switch policy.mode {
            case .default, .local:
                let reason = "invalid memory policy mode " + mode + " for nodes " + quotation(of: nodes)
                let count = NumberList(nodes)?.numbers.count
                report(
                    base, "nodes", reason + ": mode requires 0 nodes" + (count.map { " but got \($0)" } ?? ""))
            case .bind, .interleave, .weightedInterleave, .preferred, .preferredMany:
                if NumberList(nodes) == nil {
                    let reason = "invalid memory policy nodes " + quotation(of: nodes)
                    report(base, "nodes", reason + ": not a list such as 0-3,7")
                }
            }
        } else {
            switch policy.mode {
            case .default, .local, .preferred: break
            case .bind, .interleave, .weightedInterleave, .preferredMany:
                report(base, "nodes", "invalid memory policy nodes \"\": " + mode + " needs some")
            }
        }
        if policy.flags.contains(.staticNodes), policy.flags.contains(.relativeNodes) {
            report(base, "flags", "\"MPOL_F_STATIC_NODES\" and \"MPOL_F_RELATIVE_NODES\" exclude each other")
        }
        if policy.flags.contains(.numaBalancing), policy.mode != .bind, policy.mode != .preferredMany {
            report(base, "flags", "\"MPOL_F_NUMA_BALANCING\" cannot be used with " + mode)
        }
    }
}
