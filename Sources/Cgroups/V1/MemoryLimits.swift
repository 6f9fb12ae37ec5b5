import RuntimeSpec

extension Limits {
    mutating func addLegacy(_ memory: MemoryResources) throws(CgroupError) {
        let limit = memory.limit ?? 0
        var swap = memory.swap ?? 0
        try Self.check(limit: limit, swap: swap)
        var writes: [LimitWrite] = []
        if limit != 0 {
            writes.append(LimitWrite("memory", "memory.limit_in_bytes", String(limit), "memory.limit"))
        }
        // Without a limit of memory there is none of memory and swap either; hosts without swap accounting have no file.
        let isImplied = limit == -1 && swap == 0
        if isImplied { swap = -1 }
        if swap != 0 {
            writes.append(
                LimitWrite(
                    "memory", "memory.memsw.limit_in_bytes", String(swap), isImplied ? "memory.limit" : "memory.swap",
                    isOptional: swap == -1))
        }
        // Raising both needs the sum first, lowering both needs it last: the kernel says which by EINVAL.
        add(writes)
        if let reservation = memory.reservation, reservation != 0 {
            try Self.check(reservation, "memory.reservation")
            add(LimitWrite("memory", "memory.soft_limit_in_bytes", String(reservation), "memory.reservation"))
        }
        if let limit = memory.kernelTCP, limit != 0 {
            try Self.check(limit, "memory.kernelTCP")
            add(LimitWrite("memory", "memory.kmem.tcp.limit_in_bytes", String(limit), "memory.kernelTCP"))
        }
        warnAboutKernelMemory(memory.kernel)
        if let isDisabled = memory.disableOOMKiller {
            add(
                LimitWrite(
                    "memory", "memory.oom_control", isDisabled ? "1" : "0", "memory.disableOOMKiller",
                    isOptional: !isDisabled))
        }
        if let swappiness = memory.swappiness {
            guard swappiness <= 100 else {
                throw Self.invalid(
                    "memory.swappiness", String(swappiness),
                    "invalid memory swappiness value: " + String(swappiness) + " (valid range is 0-100)")
            }
            add(LimitWrite("memory", "memory.swappiness", String(swappiness), "memory.swappiness"))
        }
        // Kernels since 5.11 have nothing else, older ones have to be told.
        if memory.useHierarchy == true {
            add(LimitWrite("memory", "memory.use_hierarchy", "1", "memory.useHierarchy", isOptional: true))
        }
    }

    mutating func warnAboutKernelMemory(_ limit: Int64?) {
        if let limit, limit != 0 {
            warnings.append("Kernel memory settings are ignored and will be removed")
        }
    }

    /// Refuses sizes below -1 and a sum of memory and swap below the memory.
    static func check(limit: Int64, swap: Int64) throws(CgroupError) {
        try check(limit, "memory.limit")
        try check(swap, "memory.swap")
        guard limit <= 0 || swap <= 0 || swap >= limit else {
            throw invalid("memory.swap", String(swap), "memory+swap limit should be >= memory limit")
        }
    }

    static func check(_ size: Int64, _ property: String) throws(CgroupError) {
        guard size >= -1 else { throw invalid(property, String(size), "invalid memory value: " + String(size)) }
    }
}
