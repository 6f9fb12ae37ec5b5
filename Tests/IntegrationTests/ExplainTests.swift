import Foundation
import Testing

/// explain: the plan of a configuration, printed without making anything.
@Suite(.containers, .requires(.root, .runtime))
struct ExplainTests {
    @Test func thePlanIsPrintedAndNothingIsMade() throws {
        let bundle = try TestBundle { $0.linux.sysctl = ["net.ipv4.ip_forward": "1"] }
        let text = try bundle.apus("explain", "--bundle", bundle.path).succeeded().stdout
        #expect(text.split(separator: "\n").count > 20)
        for origin in [
            "linux.sysctl", "mounts[0]", "process.rlimits", "linux.maskedPaths", "hostname", "linux.namespaces",
        ] {
            #expect(text.contains(origin), "\(origin)")
        }
        let json = try bundle.apus("explain", "--bundle", bundle.path, "--format", "json").succeeded().stdout
        #expect(try JSONValue(parsing: json) != .null)
        bundle.expectNothingLeft()
        #expect(!exists(bundle.stateRoot))
    }

    @Test func explainRefusesWhatCreateRefuses() throws {
        let bundle = try TestBundle { $0.process.rlimits[0].type = "RLIMIT_FOO" }
        let output = try bundle.apus("explain", "--bundle", bundle.path)
        #expect(output.status == 1)
        #expect(output.error.contains("process.rlimits[0].type"))
    }

    // MARK: Plans of the engines' configurations

    private static let engines = [
        "buildah-namespaces-seccomp-masked-paths", "buildah-rootless-from-run-commit",
        "containerd-cgroup-namespace-and-cgroup-mount", "containerd-hooks-of-six-kinds-in-their-order",
        "containerd-mount-bind-ro-tmpfs-a-file", "containerd-privileged", "docker-a-daemon-with-userns-remap",
        "docker-device-device-cgroup-rule", "docker-it-tty-its-size-typing-exit-code",
        "podman-pod-a-user-namespace", "podman-systemd-always",
        "swarm-secrets-and-configs",
    ]

    /// The plans stand in Plans/NAME.txt, to be read in a review. With `APUS_UPDATE_PLANS` in the environment they are
    /// written anew.
    @Test(.requires(.cgroupV1("memory"), .unified), arguments: engines)
    func thePlanOfAnEnginesConfiguration(_ name: String) throws {
        let tests = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        let data = tests.deletingLastPathComponent().appendingPathComponent(
            "RuntimeSpecTests/Data/engines/\(name).json")
        let bundle = try TestBundle()
        var configuration = try JSONValue(parsing: String(contentsOf: data, encoding: .utf8))
        configuration.root.path = "rootfs"
        try bundle.write(configuration)
        let output = try bundle.apus("explain", "--bundle", bundle.path).succeeded()
        let plan = output.stdout.replacingOccurrences(of: bundle.path, with: "BUNDLE")
            .split(separator: "\n").map { String($0.reversed().drop { $0 == " " }.reversed()) + "\n" }.joined()
            // How many instructions a filter has is the compiler's affair.
            .replacing(/\d+ instructions/, with: "N instructions")
            // Which hierarchies there are, and where the runtime itself is in them, is the host's.
            .replacing(/make-cgroup .*linux.cgroupsPath/, with: "make-cgroup  PATHS in HIERARCHIES  linux.cgroupsPath")
        let golden = tests.appendingPathComponent("Plans/\(name).txt")
        if ProcessInfo.processInfo.environment["APUS_UPDATE_PLANS"] != nil {
            try FileManager.default.createDirectory(
                at: golden.deletingLastPathComponent(), withIntermediateDirectories: true)
            try plan.write(to: golden, atomically: true, encoding: .utf8)
        }
        let expected = try String(contentsOf: golden, encoding: .utf8)
        // The columns' width is that of the longest path, which is another one in each run.
        func lines(_ text: String) -> [String] {
            text.split(separator: "\n").map { $0.split(separator: " ").joined(separator: " ") }
        }
        #expect(lines(plan) == lines(expected))
    }
}
