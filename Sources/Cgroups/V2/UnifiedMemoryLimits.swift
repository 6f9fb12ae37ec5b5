import RuntimeSpec

extension Limits {
    mutating func addUnified(_ memory: MemoryResources, usage: UInt64? = nil) throws(CgroupError) {
        let limit = memory.limit ?? 0
        let swap = memory.swap ?? 0
        try Self.check(limit: limit, swap: swap)
        if memory.checkBeforeUpdate == true, let usage { try Self.check(limit: limit, swap: swap, against: usage) }
        if let swap = try Self.unifiedSwap(swap, limit: limit) {
            // Without swap there is nothing to limit, as long as no amount is asked for.
            add(
                LimitWrite(
                    "memory", "memory.swap.max", swap, memory.swap ?? 0 == 0 ? "memory.limit" : "memory.swap",
                    isOptional: swap == "max" || swap == "0"))
        }
        if limit != 0 { add(LimitWrite("memory", "memory.max", Self.size(limit), "memory.limit")) }
        if let reservation = memory.reservation, reservation != 0 {
            try Self.check(reservation, "memory.reservation")
            add(LimitWrite("memory", "memory.low", Self.size(reservation), "memory.reservation"))
        }
        warnAboutKernelMemory(memory.kernel ?? 0 == 0 ? memory.kernelTCP : memory.kernel)
        if let swappiness = memory.swappiness {
            throw Self.invalid("memory.swappiness", String(swappiness), "cgroup v2 has no swappiness")
        }
        if memory.disableOOMKiller == true {
            throw Self.invalid("memory.disableOOMKiller", "true", "cgroup v2 cannot disable the OOM killer")
        }
    }

    /// The limit of swap alone, from that of memory and swap together; nil leaves it as it is.
    static func unifiedSwap(_ swap: Int64, limit: Int64) throws(CgroupError) -> String? {
        if swap == 0 { return limit == -1 ? "max" : nil }
        if swap == -1 { return "max" }
        guard limit != 0 else {
            throw invalid("memory.swap", String(swap), "unable to set swap limit without memory limit")
        }
        guard limit > 0 else { throw invalid("memory.limit", String(limit), "invalid memory value: " + String(limit)) }
        return String(swap - limit)
    }

    static func check(limit: Int64, swap: Int64, against usage: UInt64) throws(CgroupError) {
        try check(swap, "swap", "memory+swap limit", against: usage)
        try check(limit, "limit", "memory limit", against: usage)
    }

    private static func check(
        _ limit: Int64, _ property: String, _ name: String, against usage: UInt64
    ) throws(CgroupError) {
        guard limit > 0, UInt64(limit) <= usage else { return }
        throw invalid(
            "memory." + property, String(limit),
            "rejecting " + name + " " + String(limit) + " <= usage " + String(usage))
    }

    private static func size(_ bytes: Int64) -> String { bytes == -1 ? "max" : String(bytes) }
}
