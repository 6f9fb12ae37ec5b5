import Cgroups
import ContainerInit
import ContainerPlan
import ContainerSteps
import LinuxKernel

/// What the kernel has counted for a container.
package struct ContainerStatistics: Equatable, Sendable {
    package var cgroup: CgroupStatistics
    /// How many processes the kernel has killed for lack of memory; nil where it does not count them.
    package var oomKills: UInt64?
    package var intelRdt: IntelRdtStatistics?
    /// The interfaces of the container's network namespace; nil where that is the runtime's own, or nothing has one.
    package var interfaces: [NetworkStatistics]?

    package init(
        cgroup: CgroupStatistics, oomKills: UInt64? = nil, intelRdt: IntelRdtStatistics? = nil,
        interfaces: [NetworkStatistics]? = nil
    ) {
        self.cgroup = cgroup
        self.oomKills = oomKills
        self.intelRdt = intelRdt
        self.interfaces = interfaces
    }
}

extension Container {
    /// What the kernel has counted for the container up to now.
    ///
    /// - Throws: `notSupported` for a container without a cgroup, which is what the kernel counts by.
    package func statistics() throws(ContainerError) -> ContainerStatistics {
        try needCgroup(for: Self.statisticsFailure)
        let oomKills: UInt64?
        let cgroup: CgroupStatistics
        do throws(ContainerError) {
            (cgroup, oomKills) = try withCgroup { (cgroup) throws(CgroupError) in
                (try cgroup.statistics(), try cgroup.oomKills())
            }
        } catch {
            var error = error
            error.reason = Self.statisticsFailure + (error.reason.isEmpty ? "" : ": " + error.reason)
            throw error
        }
        return ContainerStatistics(
            cgroup: cgroup, oomKills: oomKills, intelRdt: try intelRdtStatistics(), interfaces: interfaceStatistics())
    }

    private static let statisticsFailure = "unable to get container cgroup stats"
}
