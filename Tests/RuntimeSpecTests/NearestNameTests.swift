import RuntimeSpec
import Testing

@Suite struct NearestNameTests {
    private static let capabilities = Capabilities.knownNames
    private static let limits = RlimitType.allCases.map(\.rawValue)
    private static let namespaces = NamespaceType.allCases.map(\.rawValue)
    private static let actions = SeccompAction.allCases.map(\.rawValue)

    @Test(arguments: [
        ("CAP_KIL", capabilities, ["CAP_KILL"]), ("cap_kill", capabilities, ["CAP_KILL"]),
        ("KILL", capabilities, ["CAP_KILL"]), ("CAP_SYSADMIN", capabilities, ["CAP_SYS_ADMIN"]),
        ("nofile", limits, ["RLIMIT_NOFILE"]), ("RLIMIT_NOFILES", limits, ["RLIMIT_NOFILE"]),
        ("RLIMIT_NPORC", limits, ["RLIMIT_NPROC"]), ("net", namespaces, ["network"]), ("mnt", namespaces, ["mount"]),
        ("PID", namespaces, ["pid"]), ("cgroups", namespaces, ["cgroup"]),
        ("SCMP_ACT_ALOW", actions, ["SCMP_ACT_ALLOW"]), ("ALLOW", actions, ["SCMP_ACT_ALLOW"]),
        ("something", limits, []), ("", limits, []), (String(repeating: "x", count: 100_000), limits, []),
        ("x", [], []),
    ]) func matches(_ name: String, _ known: [String], _ expected: [String]) {
        #expect(NearestName.matches(for: name, among: known) == expected)
    }

    @Test func aHint() {
        #expect(NearestName.hint(for: "netwrk", among: Self.namespaces) == " (did you mean network?)")
        #expect(NearestName.hint(for: "volumes", among: Self.namespaces) == "")
        #expect(NearestName.hint(for: "something", among: Self.capabilities) == "")
    }

    /// Each known name is its own nearest.
    @Test func everyNameIsFound() {
        for known in [Self.capabilities, Self.limits, Self.namespaces, Self.actions] {
            for name in known { #expect(NearestName.matches(for: name.lowercased(), among: known).first == name) }
        }
    }

    @Test(arguments: [
        (
            #"{"process":{"cwd":"/","args":["x"],"rlimits":[{"type":"RLIMIT_NOFILES","hard":1,"soft":1}]}}"#,
            "process.rlimits[0].type: wrong rlimit value: RLIMIT_NOFILES (did you mean RLIMIT_NOFILE?)"
        ),
        (
            #"{"linux":{"namespaces":[{"type":"net"}]}}"#,
            #"linux.namespaces[0].type: namespace {"net" ""} does not exist (did you mean network?)"#
        ),
        (#"{"linux":{"timeOffsets":{"mono":{}}}}"#, #"unknown clock "mono" (did you mean monotonic?)"#),
        (
            #"{"linux":{"seccomp":{"defaultAction":"SCMP_ACT_ERNO"}}}"#,
            "string SCMP_ACT_ERNO is not a valid action for seccomp (did you mean SCMP_ACT_ERRNO?)"
        ),
        (
            #"{"linux":{"seccomp":{"defaultAction":"SCMP_ACT_ALLOW","architectures":["X86_64"]}}}"#,
            "string X86_64 is not a valid arch for seccomp (did you mean SCMP_ARCH_X86_64?)"
        ),
    ]) func findings(_ json: String, _ text: String) {
        do throws(SpecError) {
            _ = try Spec(validating: Array(json.utf8))
            Issue.record("accepted")
        } catch {
            #expect(error.text.contains(text), "\(error.text)")
        }
    }
}
