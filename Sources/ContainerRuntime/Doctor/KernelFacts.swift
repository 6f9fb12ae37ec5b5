import LinuxKernel

/// What kernel a host has, and which of the features that this runtime uses.
package struct KernelFacts: Sendable {
    /// The release, such as `6.12.9-amd64`.
    package var release: String
    /// The names of features that it lacks.
    package var absent: [String]
    /// The names of features that are refused to this process.
    package var refused: [String]

    package init(release: String = "", absent: [String] = [], refused: [String] = []) {
        self.release = release
        self.absent = absent
        self.refused = refused
    }

    package static func gather() -> KernelFacts {
        var facts = KernelFacts(release: HostFile.text("/proc/sys/kernel/osrelease")?.text ?? "")
        for feature in KernelFeature.all {
            switch feature.presence {
            case .present: break
            case .absent: facts.absent.append(feature.name.description)
            case .refused: facts.refused.append(feature.name.description)
            }
        }
        return facts
    }

    /// What the facts mean.
    ///
    /// - Parameter isRoot: whether the caller has all privileges, so that a refusal can only be a filter's.
    package func findings(isRoot: Bool) -> [HostFinding] {
        var findings: [HostFinding] = []
        for feature in KernelFeature.all {
            let name = feature.name.description
            let level: HostFinding.Level = feature.isRequired ? .failure : .note
            if absent.contains(name) {
                findings.append(
                    HostFinding(
                        "kernel.feature", level, "no " + name, cost: feature.before.description,
                        remedy: "it takes Linux " + feature.since.description
                            + " or later, and no filter around this process that hides it"))
            } else if refused.contains(name), isRoot {
                findings.append(
                    HostFinding(
                        "kernel.feature", level, name + " is refused", cost: feature.before.description,
                        remedy:
                            "a filter of system calls around this process does not know it: give the outer container a newer "
                            + "seccomp profile"))
            }
        }
        let lacks = findings.count
        let count = KernelFeature.all.count
        let text =
            "Linux " + release + " has "
            + (lacks == 0 ? "all " + String(count) : String(count - lacks) + " of " + String(count))
            + " features that apus uses where they are there"
        findings.insert(.good("kernel.release", text), at: 0)
        return findings
    }
}
