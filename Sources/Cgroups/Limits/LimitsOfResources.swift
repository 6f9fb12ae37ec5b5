import ByteStrings
import RuntimeSpec

extension Limits {
    /// What of the present state the values depend on; read only if the resources need it.
    package struct Present: Hashable, Sendable {
        /// `memory.current` of a unified cgroup.
        var memoryUsage: UInt64?
        /// The first word of `cpu.max` of a unified cgroup.
        var cpuQuota: String?

        /// That of a cgroup that nothing was written to.
        package init() {}

        init(memoryUsage: UInt64? = nil, cpuQuota: String? = nil) {
            self.memoryUsage = memoryUsage
            self.cpuQuota = cpuQuota
        }
    }

    /// The values for the hierarchies of version 1. The limit of tasks comes last, since it may stop the runtime's child.
    ///
    /// With `unifiedHugepages`, huge pages are limited by the cgroup2 beside them, which has the controller.
    package init(legacy resources: Resources, unifiedHugepages: Bool = false) throws(CgroupError) {
        if let first = resources.unified.first {
            throw Self.invalid(
                "unified[\"" + first.key.text + "\"]", first.value.text,
                "invalid configuration: cannot use unified on cgroup v1")
        }
        if let cpu = resources.cpu { try addLegacy(cpu) }
        if let memory = resources.memory { try addLegacy(memory) }
        if let blockIO = resources.blockIO { try addLegacy(blockIO) }
        if unifiedHugepages {
            try addUnified(resources.hugepageLimits)
        } else {
            try addLegacy(resources.hugepageLimits)
        }
        if let network = resources.network { addLegacy(network) }
        try add(resources.rdma)
        if let pids = resources.pids { add(pids) }
    }

    /// The values for a unified cgroup; those given for its files by name come after the converted ones.
    package init(unified resources: Resources, present: Present = Present()) throws(CgroupError) {
        if let memory = resources.memory { try addUnified(memory, usage: present.memoryUsage) }
        if let blockIO = resources.blockIO { try addUnified(blockIO) }
        if let cpu = resources.cpu { try addUnified(cpu, quota: present.cpuQuota) }
        try addUnified(resources.hugepageLimits)
        if let network = resources.network { try addUnified(network) }
        try add(resources.rdma)
        if let pids = resources.pids { add(pids) }
        try add(unified: resources.unified)
    }

    /// The limit of tasks. Zero is none: the engines that write it (podman before 5.5 for `--pids-limit -1` and `0`, CRI-O
    /// before 1.29 where nobody set a limit) mean just that, and a container that can hold no task is of use to nobody.
    mutating func add(_ pids: PidsResources) {
        guard let limit = pids.limit else { return }
        add(LimitWrite("pids", "pids.max", limit > 0 ? String(limit) : "max", "pids.limit"))
    }

    mutating func add(_ rdma: OrderedPairs<ByteString, RdmaLimit>) throws(CgroupError) {
        for pair in rdma {
            let name = pair.key.text
            var value = name
            if let handles = pair.value.hcaHandles { value += " hca_handle=" + String(handles) }
            if let objects = pair.value.hcaObjects { value += " hca_object=" + String(objects) }
            let property = "rdma." + name
            guard pair.value.hcaHandles != nil || pair.value.hcaObjects != nil else {
                throw Self.invalid(property, "", "rdma limit of " + name + " needs hcaHandles or hcaObjects")
            }
            add(LimitWrite("rdma", "rdma.max", value, property))
        }
    }
}
