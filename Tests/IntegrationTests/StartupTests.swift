import CIntegrationSupport
import Foundation
import Testing

/// What happens before the first line of a command: nothing that depends on the host or on the caller's environment.
@Suite(.containers, .requires(.root, .runtime))
struct StartupTests {
    /// Puts a directory without anything in it over /proc.
    private static let withoutProc = [
        "unshare", "--mount", "--propagation", "private", "sh", "-c",
        "mount -t tmpfs none /proc && exec \"$0\" \"$@\"",
    ]

    @Test func versionWithoutProc() throws {
        let output = try Command(Self.withoutProc + [Runtime.path, "--version"]).wait()
        #expect(try output.succeeded().stdout.hasPrefix("apus version "))
    }

    /// The caller's variables change nothing, and nothing is looked for beside the program.
    @Test(.requires(.program("strace"), .staticBinary)) func theStaticProgramLooksForNothing() throws {
        let trace = TestRun.shared.uniquePath("trace")
        let environment = [
            "SWIFT_BACKTRACE": "enable=yes,color=yes,warnings=enabled", "SWIFT_DEBUG_HELP": "1",
            "GLIBC_TUNABLES": "glibc.malloc.top_pad=1000000", "MALLOC_TOP_PAD_": "1000000", "MALLOC_PERTURB_": "165",
            "LD_LIBRARY_PATH": "/nosuch", "LD_PRELOAD": "/nosuch.so",
        ]
        // strace itself would heed them.
        let strace = ["strace", "-qq", "-o", trace] + environment.flatMap { ["-E", $0 + "=" + $1] }
        let output = try Command(strace + [Runtime.path, "--version"]).wait()
        #expect(output.stderr == "")
        #expect(output.stdout.hasPrefix("apus version "))
        let calls = (contents(trace) ?? "").split(separator: "\n")
        for name in ["readlink", "stat", "newfstatat", "openat", "ioctl", "readlinkat"] {
            #expect(calls.filter { $0.hasPrefix(name + "(") } == [], "\(name)")
        }
        #expect(calls.count < 25)
        // The heap grows by what the program needs, not by what the variables ask for.
        let plain = TestRun.shared.uniquePath("trace")
        try Command(["strace", "-qq", "-o", plain, Runtime.path, "--version"]).wait().succeeded()
        #expect((contents(plain) ?? "").split(separator: "\n").count == calls.count)
    }

    /// Without descriptors to open anything with, each command fails: none takes what it cannot see for nothing.
    @Test(
        .requires(.staticBinary),
        arguments: [
            ["start", "x"], ["state", "x"], ["delete", "--force", "x"], ["kill", "x"], ["list"], ["ps", "x"],
            ["exec", "x", "true"], ["create", "x"], ["run", "x"], ["spec"], ["pause", "x"], ["resume", "x"],
        ]) func withoutAFreeDescriptor(_ arguments: [String]) throws
    {
        let directory = TestRun.shared.uniquePath("empty")
        mkdir(directory, 0o755)
        mkdir(directory + "/root", 0o755)
        let output = try Command(
            ["prlimit", "--nofile=3:3", Runtime.path, "--root", directory + "/root"] + arguments, directory: directory
        ).wait()
        // Exec's errors have a code of their own, as with runc.
        #expect(output.status == (arguments[0] == "exec" ? 255 : 1), "\(arguments): \(output.stderr)")
        #expect(output.stdout == "")
        #expect(output.stderr != "")
    }

    @Test(.requires(.program("python3"))) func withoutAnyArgument() throws {
        // execve(2) with an empty list; newer kernels make it one empty word.
        let code = "import ctypes,sys; n=(ctypes.c_char_p*1)(None); ctypes.CDLL(None).execve(sys.argv[1].encode(),n,n)"
        let output = try Command(["python3", "-c", code, Runtime.path]).wait()
        #expect(output.status == 1)
        #expect(output.stderr.contains("without any argument"))
    }

    // MARK: - What cannot be printed

    @Test(arguments: [["list"], ["spec", "--help"], ["--version"], ["features"], ["help"], ["state", "--help"]])
    func standardOutputThatCannotBeWritten(_ arguments: [String]) throws {
        for stream in [Command.Stream.file("/dev/full"), .closed] {
            let output = try Command([Runtime.path] + arguments, stdout: stream).wait()
            #expect(output.status == 1, "\(arguments)")
            #expect(output.error.contains("/dev/stdout"), "\(arguments): \(output.stderr)")
        }
    }

    @Test func aStateThatCannotBeWritten() throws {
        let bundle = try TestBundle { $0.process.args = ["sleep", "1000"] }
        try bundle.create().succeeded()
        let output = try bundle.launch(["state", bundle.id], stdout: .file("/dev/full")).wait()
        output.failed("write /dev/stdout: no space left on device")
    }

    @Test func aPipeThatNobodyReads() throws {
        var ends: [Int32] = [0, 0]
        try #require(support_pipe(&ends) == 0)
        close(ends[0])
        afterTest { close(ends[1]) }
        let output = try Command([Runtime.path, "features"], stdout: .descriptor(ends[1])).wait()
        #expect(output.status == 1)
        #expect(output.error.contains("write /dev/stdout: broken pipe"))
    }

    // MARK: - Limits

    @Test func filesThatMayNotGrow() throws {
        let file = TestRun.shared.uniquePath("out")
        let output = try Command(["prlimit", "--fsize=0", Runtime.path, "features"], stdout: .file(file)).wait()
        #expect(output.status == 1)
        #expect(!exists(file) || contents(file) == "")
        let bundle = try TestBundle { $0.process.args = ["true"] }
        for command in ["create", "run"] {
            let arguments = bundle.arguments([command, "--bundle", bundle.path, bundle.id])
            let output = try Command(["prlimit", "--fsize=0"] + arguments).wait()
            #expect(output.status == 1, "\(command)")
            bundle.expectNothingLeft()
        }
    }

    /// The runtime's files in memory say whether they are to be executed.
    @Test(.requires(.path("/proc/sys/vm/memfd_noexec"))) func filesInMemoryThatMayNotBeExecuted() throws {
        let bundle = try TestBundle { $0.process.args = ["echo", "runs"] }
        // A colon is a separator of the overlay's options: the runtime executes a copy in memory.
        let directory = TestRun.shared.uniquePath("with:colon")
        mkdir(directory, 0o755)
        try Runtime.copyProgram(to: directory + "/apus")
        let arguments = bundle.arguments(["run", "--bundle", bundle.path, bundle.id]).dropFirst()
        // The sysctl belongs to the pid namespace.
        let script = "echo 1 >/proc/sys/vm/memfd_noexec && exec \"$0\" \"$@\""
        let output = try Command(
            ["unshare", "--pid", "--fork", "--mount-proc", "sh", "-c", script, directory + "/apus"] + arguments
        ).wait()
        #expect(try output.succeeded().stdout == "runs\n")
    }

    /// The program gets the default actions, whatever the runtime does with the signals itself.
    @Test func theProgramsSignals() throws {
        let bundle = try TestBundle { $0.process.args = ["grep", "-E", "Sig(Ign|Cgt)", "/proc/self/status"] }
        let signals = try bundle.run().succeeded().lines
        #expect(signals == ["SigIgn:\t0000000000000000", "SigCgt:\t0000000000000000"])
    }
}
