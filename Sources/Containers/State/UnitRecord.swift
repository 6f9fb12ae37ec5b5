import Cgroups

extension StateRecord {
    /// Stops the unit of systemd that the container's cgroup belongs to, if it has one.
    func stopUnit() throws(CgroupError) {
        guard let unit else { return }
        try UnitStart.stop(unit.name, isUser: unit.isUser)
    }
}
