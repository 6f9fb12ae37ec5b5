import RuntimeSpec

extension Limits {
    mutating func addLegacy(_ network: NetworkResources) {
        if let identifier = network.classID, identifier != 0 {
            add(LimitWrite("net_cls", "net_cls.classid", String(identifier), "network.classID"))
        }
        for (index, entry) in network.priorities.enumerated() {
            add(
                LimitWrite(
                    "net_prio", "net_prio.ifpriomap", entry.name + " " + String(entry.priority),
                    "network.priorities[" + String(index) + "]"))
        }
    }

    /// cgroup v2 has neither classes nor priorities; firewall rules match its cgroups themselves.
    mutating func addUnified(_ network: NetworkResources) throws(CgroupError) {
        if let identifier = network.classID, identifier != 0 {
            throw Self.invalid("network.classID", String(identifier), "cgroup v2 has no network classes")
        }
        if !network.priorities.isEmpty {
            throw Self.invalid("network.priorities", "", "cgroup v2 has no network priorities")
        }
    }
}
