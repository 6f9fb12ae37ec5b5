import Foundation
import Testing

/// The system calls of a command, of which strace kills or fails one.
///
/// strace counts the calls of one kind in the runtime's own process (and, following, in those that it starts). By default
/// a sample is tried; with `APUS_EXHAUSTIVE` in the environment all of them.
enum SystemCalls {
    static let isExhaustive = ProcessInfo.processInfo.environment["APUS_EXHAUSTIVE"] != nil

    /// Whether the failure of a call is one that the kernel reports and a program can answer.
    static func canFail(_ call: String) -> Bool {
        ![
            "brk", "rt_sigaction", "rt_sigprocmask", "rt_sigreturn", "exit", "exit_group", "getpid", "gettid", "getuid",
            "geteuid", "getgid", "getegid", "getppid", "set_tid_address", "set_robust_list", "rseq", "arch_prctl",
            "munmap", "mprotect", "close", "madvise", "uname", "umask", "restart_syscall", "prlimit64", "close_range",
            "futex", "sched_yield",
        ].contains(call)
    }

    /// The system calls that a command makes, in their order, without those of the processes it starts.
    static func made(
        by bundle: TestBundle, _ arguments: [String], following: Bool = false
    ) throws -> [(name: String, isLoader: Bool)] {
        let file = bundle.path + "/trace." + TestRun.shared.uniqueName()
        let command = try Command(
            ["strace", "-qq"] + (following ? ["-f"] : []) + ["-o", file] + bundle.arguments(arguments))
        // With -f strace itself waits for the container's init.
        if following {
            endWhenCreated(bundle, command)
            _ = command.wait()
        } else {
            try command.wait().succeeded()
        }
        // The output may hold bytes of any kind in its strings.
        let text = String(decoding: FileManager.default.contents(atPath: file) ?? Data(), as: UTF8.self)
        let lines = text.split(separator: "\n")
        // A debug build is linked dynamically: what the loader does comes first and is not the runtime's.
        let loader = lines.lastIndex { $0.contains(".so") && $0.contains("openat(") }.map { $0 + 12 } ?? 0
        return lines.enumerated().compactMap { number, line in
            let line = following ? line.drop { $0 != " " }.drop { $0 == " " } : line[...]
            guard let end = line.firstIndex(of: "("), !line.hasPrefix("+++"), !line.hasPrefix("---"),
                !line.hasPrefix("<")
            else { return nil }
            return (String(line[..<end]), number < loader)
        }
    }

    /// Deletes the container as soon as it is created, for a command that waits for it.
    static func endWhenCreated(_ bundle: TestBundle, _ command: Command) {
        eventually("create ends", seconds: 20) {
            !command.isRunning
                || (try? bundle.apus("state", bundle.id))?.stdout.contains("\"status\": \"created\"") ?? false
        }
        if command.isRunning { _ = try? bundle.delete("--force") }
    }

    /// Where to strike: each system call with its count, spread over the whole run.
    static func moments(
        _ calls: [(name: String, isLoader: Bool)], sample: Int
    ) -> [(call: String, count: Int)] {
        var seen: [String: Int] = [:]
        var all: [(String, Int)] = []
        for call in calls {
            seen[call.name, default: 0] += 1
            if call.isLoader || call.name == "execve" || call.name == "exit_group" { continue }
            all.append((call.name, seen[call.name] ?? 0))
        }
        if isExhaustive || all.count <= sample { return all }
        return (0..<sample).map { all[$0 * all.count / sample] }
    }

    /// Runs a command of the runtime that is killed at one of its calls.
    static func killing(_ bundle: TestBundle, _ arguments: [String], at moment: (call: String, count: Int)) throws {
        _ = try injecting("signal=KILL", bundle, arguments, at: moment)
    }

    /// Runs a command of the runtime with something else in place of one of its calls.
    static func injecting(
        _ fault: String, _ bundle: TestBundle, _ arguments: [String], at moment: (call: String, count: Int)
    ) throws -> Output {
        let injection = "inject=\(moment.call):\(fault):when=\(moment.count)"
        return try Command(
            ["strace", "-qq", "-o", "/dev/null", "-e", injection] + bundle.arguments(arguments)
        ).wait(seconds: 20)
    }
}
