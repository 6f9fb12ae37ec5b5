import CIntegrationSupport
import Foundation
import Testing

/// What a finished command left.
struct Output {
    /// The exit code, or 128 + n for a death by signal n.
    let status: Int32
    let stdout: String
    let stderr: String

    var lines: [String] { stdout.split(separator: "\n").map(String.init) }

    /// The last line of stderr: the whole error of the command, since the tests give `--log`.
    var error: String { stderr.split(separator: "\n").last.map(String.init) ?? "" }

    /// Fails the test unless the command exited with 0.
    @discardableResult
    func succeeded(sourceLocation: SourceLocation = #_sourceLocation) throws -> Output {
        try #require(status == 0, "exit code \(status), stderr: \(stderr)", sourceLocation: sourceLocation)
        return self
    }

    /// Checks the error: exit code and the whole last line of stderr.
    func failed(_ message: String, code: Int32 = 1, sourceLocation: SourceLocation = #_sourceLocation) {
        #expect(status == code, "stderr: \(stderr)", sourceLocation: sourceLocation)
        #expect(error == message, sourceLocation: sourceLocation)
    }

    /// Checks the error where the middle of its text is free: how it begins, and the cause at its end, behind which only
    /// advice in brackets may stand.
    func failed(
        from beginning: String, to end: String, code: Int32 = 1, sourceLocation: SourceLocation = #_sourceLocation
    ) {
        #expect(status == code, "stderr: \(stderr)", sourceLocation: sourceLocation)
        #expect(error.hasPrefix(beginning), sourceLocation: sourceLocation)
        let hasAdvice = error.hasSuffix(")") && error.contains(end + " (")
        #expect(error.hasSuffix(end) || hasAdvice, "\(error)", sourceLocation: sourceLocation)
    }

    /// Checks that the command failed, and that the last line of stderr holds each of the texts.
    func failed(naming texts: String..., code: Int32 = 1, sourceLocation: SourceLocation = #_sourceLocation) {
        #expect(status == code, "stderr: \(stderr)", sourceLocation: sourceLocation)
        for text in texts { #expect(error.contains(text), sourceLocation: sourceLocation) }
    }
}

/// A command that runs. Its output goes to files, so nobody waits for the end of a pipe that a container holds open.
final class Command {
    let pid: pid_t
    /// -1 once the process is reaped.
    private var pidfd: Int32
    private let name: String
    private let out: String
    private let err: String
    private var status: Int32?

    /// What is on a descriptor from 0 to 2.
    enum Stream {
        case file(String)
        case text(String)
        case descriptor(Int32)
        /// A terminal by its name: it becomes the controlling one.
        case terminal(String)
        case null
        case closed
    }

    /// Starts `arguments`, the first of which is a path or looked up in PATH.
    ///
    /// The command leads a session of its own. It gets only descriptors 0 to 2 and, from 3 on, those of `passing`.
    init(
        _ arguments: [String], environment: [String: String] = [:], directory: String? = nil, stdin: Stream = .null,
        stdout: Stream? = nil, stderr: Stream? = nil, passing: [Int32] = []
    ) throws {
        let base = TestRun.shared.uniquePath("output")
        out = base + ".out"
        err = base + ".err"
        name = arguments.joined(separator: " ")

        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        var temporaries: [Int32] = []
        defer { temporaries.forEach { close($0) } }
        func high(_ descriptor: Int32) throws -> Int32 {
            let copy = fcntl(descriptor, F_DUPFD_CLOEXEC, 200)
            try #require(copy >= 0, "no descriptor \(descriptor) to pass")
            temporaries.append(copy)
            return copy
        }
        let streams = [stdin, stdout ?? .file(out), stderr ?? .file(err)]
        for (number, stream) in streams.enumerated() {
            let number = Int32(number)
            switch stream {
            case .file(let path):
                let flags = number == 0 ? O_RDONLY : O_WRONLY | O_CREAT | O_APPEND
                posix_spawn_file_actions_addopen(&actions, number, path, flags, 0o644)
            case .text(let text):
                var ends: [Int32] = [0, 0]
                try #require(support_pipe(&ends) == 0)
                temporaries.append(contentsOf: ends)
                let bytes = Array(text.utf8)
                try #require(write(ends[1], bytes, bytes.count) == bytes.count)
                posix_spawn_file_actions_adddup2(&actions, try high(ends[0]), number)
            case .descriptor(let descriptor): posix_spawn_file_actions_adddup2(&actions, try high(descriptor), number)
            case .terminal(let path): posix_spawn_file_actions_addopen(&actions, number, path, O_RDWR, 0)
            case .null: posix_spawn_file_actions_addopen(&actions, number, "/dev/null", O_RDWR, 0)
            case .closed: posix_spawn_file_actions_addclose(&actions, number)
            }
        }
        for (index, descriptor) in passing.enumerated() {
            posix_spawn_file_actions_adddup2(&actions, try high(descriptor), Int32(3 + index))
        }
        support_spawn_close_from(&actions, Int32(3 + passing.count))
        if let directory { support_spawn_chdir(&actions, directory) }

        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var none = sigset_t()
        sigemptyset(&none)
        var all = sigset_t()
        sigfillset(&all)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setsigdefault(&attributes, &all)
        // POSIX_SPAWN_SETSID, which the Glibc module lacks, is 0x80.
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | 0x80))

        var variables = ["PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"]
        variables.merge(environment) { $1 }
        var argv: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) } + [nil]
        var envp: [UnsafeMutablePointer<CChar>?] = variables.map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer { (argv + envp).forEach { free($0) } }
        var child: pid_t = 0
        let failure = posix_spawnp(&child, arguments[0], &actions, &attributes, &argv, &envp)
        try #require(failure == 0, "cannot start \(arguments[0]): \(String(cString: strerror(failure)))")
        pid = child
        pidfd = support_pidfd_open(child)
        try #require(pidfd >= 0, "no descriptor for \(arguments[0]): \(String(cString: strerror(errno)))")
        CleanUp.current?.add(self)
    }

    deinit { if pidfd >= 0 { close(pidfd) } }

    /// Whether the command still runs.
    var isRunning: Bool { status == nil && !readable(pidfd, milliseconds: 0) }

    /// What it has written so far.
    var partialOutput: String { (try? String(contentsOfFile: out, encoding: .utf8)) ?? "" }
    var partialError: String { (try? String(contentsOfFile: err, encoding: .utf8)) ?? "" }

    func signal(_ number: Int32) { _ = support_pidfd_signal(pidfd, number) }

    /// Waits for the end of the process, never for the end of its output. A command that takes longer is killed, and the
    /// test fails.
    func wait(seconds: Int = 30, sourceLocation: SourceLocation = #_sourceLocation) -> Output {
        if status == nil {
            if !readable(pidfd, milliseconds: Int32(seconds * 1000) * patience) {
                Issue.record(
                    "took more than \(seconds * Int(patience)) s: \(name)\nstderr: \(partialError)",
                    sourceLocation: sourceLocation)
                kill(-pid, SIGKILL)
                signal(SIGKILL)
            }
            var raw: Int32 = 0
            waitpid(pid, &raw, 0)
            status = raw & 0x7f == 0 ? (raw >> 8) & 0xff : 128 + (raw & 0x7f)
            closeProcess()
        }
        return Output(status: status ?? -1, stdout: partialOutput, stderr: partialError)
    }

    /// Ends what still runs; for the clean-up.
    func end() {
        guard status == nil else { return }
        kill(-pid, SIGKILL)
        signal(SIGKILL)
        var raw: Int32 = 0
        waitpid(pid, &raw, 0)
        status = 128 + SIGKILL
        closeProcess()
    }

    private func closeProcess() {
        close(pidfd)
        pidfd = -1
    }

    /// Runs a host command to its end.
    @discardableResult
    static func run(
        _ arguments: String..., environment: [String: String] = [:], directory: String? = nil, seconds: Int = 30
    ) throws -> Output {
        try Command(arguments, environment: environment, directory: directory).wait(seconds: seconds)
    }
}

/// Whether `descriptor` becomes readable (a pidfd: its process ends) in the given time.
func readable(_ descriptor: Int32, milliseconds: Int32) -> Bool {
    var entry = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    while true {
        let result = poll(&entry, 1, milliseconds)
        if result < 0 && errno == EINTR { continue }
        return result > 0
    }
}
