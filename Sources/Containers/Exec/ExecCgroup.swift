import Cgroups
import Linux

/// The cgroup that an exec's process goes to: the container's, or ones below it.
struct ExecCgroup {
    let container: Container
    /// The paths as the user gives them: `[controller,…:]path`.
    let paths: [String]

    func open() throws(ContainerError) -> Cgroup {
        var records = container.record.cgroupPaths
        // A path without controllers is for the unified hierarchy, or for all of a host that has one only.
        var named: [String] = []
        for argument in paths {
            let parts = argument.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            if parts.count == 1 {
                guard !records.contains(where: { !$0.controller.isEmpty }) else {
                    throw invalid(argument, "missing <controller>: prefix")
                }
                for index in records.indices { try append(parts[0], to: &records[index]) }
                continue
            }
            if parts[0].isEmpty { throw invalid(argument, "empty <controller> prefix") }
            for controller in parts[0].split(separator: ",") {
                guard !named.contains(String(controller)) else {
                    throw ContainerError(
                        .invalidConfiguration,
                        exactly: "invalid --cgroup argument(s): controller \(controller) specified multiple times")
                }
                named.append(String(controller))
                guard let index = records.firstIndex(where: { $0.controller == controller }) else {
                    throw ContainerError(
                        .invalidConfiguration, exactly: "unknown controller \(controller) in SubCgroupPaths")
                }
                try append(parts[1], to: &records[index])
            }
        }
        return Cgroup(recorded: records.map { ($0.controller, $0.path) })
    }

    private func append(_ path: Substring, to record: inout CgroupRecord) throws(ContainerError) {
        guard !path.split(separator: "/").contains("..") else {
            throw ContainerError(.invalidConfiguration, exactly: "bad sub cgroup path: \(path)")
        }
        for part in path.split(separator: "/") where part != "." { record.path += "/" + part }
    }

    private func invalid(_ argument: String, _ reason: String) -> ContainerError {
        ContainerError(.invalidConfiguration, exactly: "invalid --cgroup argument: \(argument) (\(reason))")
    }
}
