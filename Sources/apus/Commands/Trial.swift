import ContainerRuntime
import LinuxKernel
import RuntimeSpec

/// A container that is run to see whether containers run: this program, in new namespaces, prints its version.
///
/// It is run by this program once more, so that a host on which that hangs cannot hang the caller, and deleted in every
/// case. Its root is the host's, read-only; its bundle lies in a directory that only this user can enter.
struct Trial: ~Copyable {
    private let program: Path
    private let flags: [ByteString]
    private let isRootless: Bool

    /// How long a container may take, and how long its removal, in milliseconds.
    private static let patience: Int32 = 30_000

    init(_ invocation: borrowing Invocation) throws(CommandError) {
        do throws(Errno) {
            program = try readLink("/proc/self/exe")
        } catch {
            throw CommandError("readlink", "/proc/self/exe", error)
        }
        isRootless = Caller.isRootless
        var flags: [ByteString] = ["apus"]
        if let root = invocation.arguments.bytes(.root) { flags += ["--root", root] }
        if let manager = invocation.arguments.bytes(.cgroupManager) { flags += ["--cgroup-manager", manager] }
        if invocation.arguments.isOn(.systemdCgroup) { flags.append("--systemd-cgroup") }
        if let rootless = invocation.arguments.bytes(.rootless) { flags += ["--rootless", rootless] }
        self.flags = flags
    }

    /// Runs the container; what it has shown.
    func finding() throws(CommandError) -> HostFinding {
        let directory = try TrialBundle(program: program, isRootless: isRootless)
        let answer = BoundedProgram.run(
            program, flags + ["run", "--bundle", directory.path.bytes, directory.name], milliseconds: Self.patience)
        if answer?.status == 0 {
            return HostFinding("trial.run", .good, "a container ran, and printed " + quoted(answer?.output ?? ""))
        }
        // A run that ended has undone what it did; one that was killed has not.
        _ = BoundedProgram.run(program, flags + ["delete", "--force", directory.name], milliseconds: Self.patience)
        let reason = answer?.output.parts(separatedBy: UInt8(ascii: "\n")).last?.text ?? "it did not end in time"
        return HostFinding(
            "trial.run", .failure, "a container did not run: " + reason, cost: "no container runs like this",
            remedy: "see what is said above, and apus --debug run")
    }
}

/// The bundle of a trial, in a directory of its own that is gone with this value.
private struct TrialBundle: ~Copyable {
    /// The id of the container, which is the name of the directory as well.
    let name: ByteString
    let path: Path

    init(program: Path, isRootless: Bool) throws(CommandError) {
        name = "apus-doctor-\(processIdentifier)-\(monotonicNanoseconds() % 1_000_000_000)"
        var above: Path = "/tmp"
        if effectiveUser == 0 { above = "/run" }
        if let given = environmentVariable("XDG_RUNTIME_DIR"), !given.isEmpty, effectiveUser != 0 {
            above = Path(given)
        }
        path = above.appending(Path(name))
        do throws(Errno) {
            // Made new: a name that somebody else has taken is an error.
            try makeDirectory(path, mode: 0o700)
            try makeDirectory(path.appending("rootfs" as Path), mode: 0o755)
            let file = try FileDescriptor.open(
                path.appending("config.json" as Path), [.writeOnly, .create, .exclusive], mode: 0o600)
            try file.write(Self.configuration(program, isRootless: isRootless).encoded(.compact))
        } catch {
            throw CommandError("mkdir", path, error)
        }
    }

    deinit {
        do throws(Errno) {
            let directory = try FileDescriptor.open(path, [.readOnly, .directory, .noFollow])
            try directory.removeTree()
            try unlink(path, isDirectory: true)
        } catch {
            writeStandardError("unable to remove " + path + ": " + error.message + "\n")
        }
    }

    /// The usual configuration, but for the host's root as its own and little to mount on it.
    private static func configuration(_ program: Path, isRootless: Bool) -> Spec {
        var spec =
            isRootless
            ? Spec.rootlessConfiguration(user: effectiveUser, group: effectiveGroup) : Spec.defaultConfiguration
        spec.process?.args = [program.bytes, "--version"]
        spec.process?.terminal = false
        spec.mounts.removeAll { $0.destination != "/proc" && $0.destination != "/dev" }
        spec.mounts.insert(Mount(destination: "/", type: "bind", source: "/", options: ["rbind", "ro"]), at: 0)
        return spec
    }
}
