import Cgroups
import ContainerInit
import ContainerPlan
import ContainerSteps
import LinuxKernel
import RuntimeSpec

extension Container {
    /// Freezes every process of the container.
    ///
    /// - Throws: `notRunning` for a container that is stopped or paused already, `notSupported` for one without a cgroup.
    public func pause() throws(ContainerError) {
        try waitForUpdate()
        switch try status() {
        case .created, .running: break
        case .creating, .paused, .stopped: throw ContainerError(.notRunning, exactly: "container not running")
        }
        try needCgroup(for: "cannot toggle freezer")
        try withCgroup { (cgroup) throws(CgroupError) in try cgroup.freeze() }
    }

    /// Lets every process of a paused container go on.
    ///
    /// - Throws: `wrongStatus` for a container that is not paused.
    public func resume() throws(ContainerError) {
        try waitForUpdate()
        guard try status() == .paused else {
            throw ContainerError(.wrongStatus, exactly: "container not paused")
        }
        try withCgroup { (cgroup) throws(CgroupError) in try cgroup.thaw() }
    }
}
