import Cgroups
import ContainerInit
import ContainerPlan
import ContainerSteps
import LinuxKernel
import RuntimeSpec

extension Container {
    /// Sends a signal to the container's first process.
    ///
    /// A SIGKILL for a container that shares its pid namespace goes to every process in its cgroup, since the end of the
    /// first one would not be the end of the others, and need not have been.
    ///
    /// - Parameter all: does not fail for a container that has ended; its left-over processes get the signal.
    /// - Throws: `notRunning` when the first process has ended.
    public func kill(signal: Int32, all: Bool = false) throws(ContainerError) {
        guard let process = try openProcess() else {
            let meansRest = signal == SignalNumber.kill && !record.hasPrivatePIDNamespace
            guard all || meansRest else { throw ContainerError(.notRunning, exactly: "container not running") }
            if !record.hasPrivatePIDNamespace { try signalAll(signal) }
            return
        }
        var isKilled = false
        if signal == SignalNumber.kill, !record.hasPrivatePIDNamespace {
            do throws(ContainerError) {
                try signalAll(signal)
                isKilled = true
            } catch {
                var error = error
                error.reason = "unable to kill all processes: " + error.reason
                throw error
            }
        }
        do throws(Errno) {
            try process.send(signal: signal)
        } catch .noSuchProcess {
            // It may have ended of the signal that it got with all others.
            guard isKilled else { throw ContainerError(.notRunning, exactly: "container not running") }
        } catch {
            throw ContainerError(
                errno: error, reason: "unable to signal init",
                remedy: error == .noSuchSystemCall
                    ? "pidfd_send_signal takes Linux 5.1, and no filter of system calls around the runtime that refuses it"
                    : "")
        }
        // A frozen process of cgroup v1 dies only when it is thawed.
        if signal == SignalNumber.kill, record.cgroupPaths.contains(where: { $0.key == "freezer" }) {
            try withCgroup { (cgroup) throws(CgroupError) in try cgroup.thawKilled() }
        }
    }

    private func signalAll(_ signal: Int32) throws(ContainerError) {
        if signal == SignalNumber.kill {
            try withCgroup { (cgroup) throws(CgroupError) in try cgroup.killAll() }
            return
        }
        for pid in try processes() {
            do throws(Errno) {
                try sendSignal(signal, to: pid)
            } catch .noSuchProcess {
                continue
            } catch {
                throw ContainerError(operation: "kill", subject: String(pid), errno: error)
            }
        }
    }
}
