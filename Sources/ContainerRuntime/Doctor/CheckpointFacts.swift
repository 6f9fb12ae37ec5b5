import ContainerSteps
import LinuxKernel

/// Whether CRIU is there, for `checkpoint` and `restore`.
package struct CheckpointFacts: Sendable {
    package var path: String?
    /// What it says of its version, such as `3.17.1`.
    package var version: String
    /// The last line of what `criu check` says if it finds a fault; nil where it finds none or was not asked.
    package var complaint: String?

    package init(path: String? = nil, version: String = "", complaint: String? = nil) {
        self.path = path
        self.version = version
        self.complaint = complaint
    }

    package static func gather(isRoot: Bool) -> CheckpointFacts {
        guard let path = HostProgram.find("criu") else { return CheckpointFacts() }
        var facts = CheckpointFacts(path: path.text)
        if let answer = BoundedProgram.run(path, ["criu", "--version"], milliseconds: 5_000) {
            let lines = answer.output.parts(separatedBy: UInt8(ascii: "\n"))
            facts.version = lines.first { $0.hasPrefix("Version: ") }?.dropping(first: 9).text ?? ""
        }
        // Only root may ask the kernel what CRIU needs to know.
        guard isRoot else { return facts }
        guard let check = BoundedProgram.run(path, ["criu", "check"], milliseconds: 10_000) else {
            facts.complaint = "criu check did not end"
            return facts
        }
        if check.status != 0 {
            facts.complaint = check.output.parts(separatedBy: UInt8(ascii: "\n")).last?.text ?? "no word"
        }
        return facts
    }

    /// What the facts mean.
    package func findings(_ distribution: Distribution) -> [HostFinding] {
        guard let path else {
            return [
                HostFinding(
                    "checkpoint.criu", .note, "no criu in PATH", cost: "checkpoint and restore are errors",
                    remedy: distribution.install(debian: "criu", fedora: "criu"))
            ]
        }
        if let complaint {
            return [
                HostFinding(
                    "checkpoint.criu", .note,
                    "CRIU " + version + " at " + path + " does not work with this kernel: " + complaint,
                    cost: "checkpoint and restore may fail", remedy: "a newer CRIU, or a kernel that is built for it")
            ]
        }
        return [.good("checkpoint.criu", "CRIU " + version + " at " + path)]
    }
}
