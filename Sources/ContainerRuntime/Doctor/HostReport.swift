import LinuxKernel
import StrictJSON

/// What a host can and cannot do for containers. See `apus doctor`.
public struct HostReport: Sendable {
    /// Everything that was found, by subject.
    public var findings: [HostFinding]
    /// The name of the distribution and the release of the kernel, for people.
    public let host: String

    /// Looks at this host for the user that calls.
    ///
    /// It only reads, asks systemd for its version and CRIU whether it works, and opens the executable as a new container
    /// would; each with a bound.
    ///
    /// - Parameter root: the directory of the containers' state.
    public static func gather(root: Path) -> HostReport {
        let isRoot = effectiveUser == 0 && !isInUserNamespace
        let distribution = Distribution.gather()
        let kernel = KernelFacts.gather()
        let systemd = SystemdFacts.gather(isRoot: isRoot)
        let users = UserNamespaceFacts.gather()
        var findings = kernel.findings(isRoot: isRoot)
        let cgroups = CgroupFacts.gather()
        findings += cgroups.findings(isRoot: isRoot, usesSystemd: systemd.isRunning, distribution)
        findings += users.findings(isRoot: effectiveUser == 0, distribution)
        findings += SecurityFacts.gather().findings()
        findings += systemd.findings(user: effectiveUser, userName: users.user, distribution)
        findings += StateFacts.gather(root: root).findings(isRoot: isRoot, user: effectiveUser)
        findings += CheckpointFacts.gather(isRoot: isRoot).findings(distribution)
        findings += EngineFacts.gather().findings(
            hasSystemd: systemd.isRunning, hasUnifiedCgroups: cgroups.version == .two)
        let name = distribution.name.isEmpty ? "" : distribution.name + ", "
        return HostReport(findings: findings, host: name + "Linux " + kernel.release)
    }

    /// Whether nothing was found that keeps every container from running.
    public var allowsContainers: Bool { !findings.contains { $0.level == .failure } }
}

extension HostReport {
    /// The findings as lines for people: what is good shortly, and for the rest what it costs and what mends it.
    public var text: String {
        var text = host + "\n"
        var subject = ""
        for finding in findings {
            if finding.subject != subject {
                subject = finding.subject
                text += "\n" + subject + "\n"
            }
            text += "  " + Self.mark(finding.level) + finding.text + "\n"
            if !finding.cost.isEmpty { text += "           so: " + finding.cost + "\n" }
            if !finding.remedy.isEmpty { text += "         mend: " + finding.remedy + "\n" }
        }
        return text + "\n"
            + (allowsContainers
                ? "Containers run on this host.\n" : "Containers do not run on this host: see what is marked FAIL.\n")
    }

    private static func mark(_ level: HostFinding.Level) -> String {
        switch level {
        case .good: "ok     "
        case .note: "note   "
        case .warning: "WARN   "
        case .failure: "FAIL   "
        }
    }

    /// The same as a JSON object.
    public var json: [UInt8] {
        var writer = JSONWriter(indent: .blanks(4))
        writer.beginObject()
        writer.key("containersRun")
        writer.boolean(allowsContainers)
        writer.key("host")
        writer.string(host)
        writer.key("findings")
        writer.beginArray()
        for finding in findings {
            writer.beginObject()
            writer.key("id")
            writer.string(finding.identifier)
            writer.key("level")
            writer.string(finding.level.rawValue)
            writer.key("text")
            writer.string(finding.text)
            if !finding.cost.isEmpty {
                writer.key("cost")
                writer.string(finding.cost)
            }
            if !finding.remedy.isEmpty {
                writer.key("remedy")
                writer.string(finding.remedy)
            }
            writer.endObject()
        }
        writer.endArray()
        writer.endObject()
        return writer.bytes
    }
}

extension HostFinding {
    /// The subject in words: what stands before the point of the identifier.
    fileprivate var subject: String {
        let word = identifier.utf8.prefix { $0 != UInt8(ascii: ".") }
        return word.elementsEqual("userns".utf8) ? "user namespaces" : String(Substring(word))
    }
}
