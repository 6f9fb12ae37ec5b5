import RuntimeSpec

extension Limits {
    mutating func addLegacy(_ limits: [HugepageLimit]) throws(CgroupError) {
        try addHugepages(limits, suffix: "limit_in_bytes")
    }

    mutating func addHugepages(_ limits: [HugepageLimit], suffix: String) throws(CgroupError) {
        for (index, limit) in limits.enumerated() {
            let property = "hugepageLimits[" + String(index) + "]"
            guard Self.isPageSize(limit.pageSize) else {
                throw Self.invalid(
                    property + ".pageSize", limit.pageSize, "invalid huge page size \"" + limit.pageSize + "\"")
            }
            let file = "hugetlb." + limit.pageSize + "."
            let value = String(limit.limit)
            // The reservation counts what is mapped, so a task gets an error and not a signal; older kernels lack it.
            add(LimitWrite("hugetlb", file + "rsvd." + suffix, value, property + ".limit", isOptional: true))
            add(LimitWrite("hugetlb", file + suffix, value, property + ".limit"))
        }
    }

    /// Whether the text is a number without leading zeros and a unit, as the kernel names its files: `2MB`, `1GB`.
    static func isPageSize(_ text: String) -> Bool {
        var bytes = Array(text.utf8)
        guard bytes.popLast() == UInt8(ascii: "B"), let unit = bytes.popLast(), "KMG".utf8.contains(unit),
            let first = bytes.first, first != UInt8(ascii: "0"), bytes.count <= 20
        else { return false }
        return bytes.allSatisfy { $0 >= 48 && $0 <= 57 }
    }
}
