import LinuxKernel
import RuntimeSpec

extension NamespaceType {
    /// The flag of clone(2), unshare(2) and setns(2).
    package var cloneFlags: CloneFlags {
        switch self {
        case .pid: .newPID
        case .network: .newNetwork
        case .mount: .newMount
        case .ipc: .newIPC
        case .uts: .newUTS
        case .user: .newUser
        case .cgroup: .newCgroup
        case .time: .newTime
        }
    }
}
