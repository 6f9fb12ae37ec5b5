import CIntegrationSupport
import Foundation
import Testing

/// Filters, seen from inside: what a forbidden system call gives.
@Suite(.containers, .requires(.root, .runtime))
struct SeccompTests {
    /// What a shell and the small programs need, without mkdir and sync.
    private static let allowed = [
        "access", "arch_prctl", "brk", "capget", "capset", "chdir", "clone", "close", "close_range", "dup", "dup2",
        "dup3",
        "execve", "execveat", "exit", "exit_group", "faccessat", "faccessat2", "fchdir", "fchown", "fchownat",
        "fcntl", "fstat",
        "fstatfs", "futex", "getcwd", "getdents64", "getegid", "geteuid", "getgid", "getpgrp", "getpid", "getppid",
        "getrandom", "getuid", "ioctl", "kill", "lseek", "lstat", "mmap", "mprotect", "mremap", "munmap",
        "nanosleep",
        "newfstatat", "open", "openat", "openat2", "pipe", "pipe2", "poll", "ppoll", "prctl", "prlimit64", "read",
        "readlink",
        "readlinkat", "recvmsg", "rseq", "rt_sigaction", "rt_sigprocmask", "rt_sigreturn", "sched_getaffinity",
        "sched_yield",
        "seccomp", "select", "sendmsg", "sendto", "set_robust_list", "set_tid_address", "setgid", "setgroups",
        "setpgid",
        "setresgid", "setresuid", "setsid", "setuid", "sigaltstack", "stat", "statfs", "statx", "sysinfo", "tgkill",
        "uname",
        "utimensat", "vfork", "wait4", "waitid", "write", "writev", "epoll_create1", "epoll_ctl", "epoll_pwait",
        "epoll_wait",
        "eventfd2", "getpeername", "getsockname", "getsockopt", "setsockopt", "madvise", "mincore",
        "restart_syscall", "gettid",
        "umask", "keyctl", "fchmod", "fchmodat", "memfd_create", "unlinkat", "unlink", "pselect6", "clock_gettime",
        "timer_create",
    ]

    private func profile(_ rules: JSONValue..., defaultAction: String = "SCMP_ACT_ALLOW") -> JSONValue {
        ["defaultAction": .string(defaultAction), "syscalls": .array(rules)]
    }

    private func rule(_ names: String..., action: String, errno: Int? = nil, args: JSONValue? = nil) -> JSONValue {
        var rule: JSONValue = ["names": JSONValue(names), "action": .string(action)]
        if let errno { rule.errnoRet = .number("\(errno)") }
        if let args { rule.args = args }
        return rule
    }

    private func result(_ script: String, _ seccomp: JSONValue, newPrivileges: Bool = false) throws -> String {
        try output(of: "{ \(script); } 2>&1; true") {
            $0.root.readonly = false
            $0.process.noNewPrivileges = .bool(!newPrivileges)
            $0.linux.seccomp = seccomp
        }
    }

    @Test func modeInStatus() throws {
        #expect(Status(try output(of: "cat /proc/self/status"))["Seccomp"] == "0")
        let status = Status(
            try result("cat /proc/self/status", profile(rule("acct", action: "SCMP_ACT_ERRNO"))))
        #expect(status["Seccomp"] == "2")
        #expect(status["Seccomp_filters"] == "1")
    }

    /// With and without no_new_privs, which decides when the filter is loaded.
    @Test(arguments: [true, false]) func errnoAndItsDefault(_ newPrivileges: Bool) throws {
        let seccomp = profile(
            rule("mkdir", "mkdirat", action: "SCMP_ACT_ERRNO"),
            rule("unlink", "unlinkat", action: "SCMP_ACT_ERRNO", errno: 28),
            rule("rename", "renameat", "renameat2", action: "SCMP_ACT_ERRNO", errno: 0))
        let text = try result(
            "mkdir /tmp/d; touch /tmp/f; rm -f /tmp/f; mv /tmp/f /tmp/g; ls /tmp", seccomp,
            newPrivileges: newPrivileges)
        #expect(text.contains("mkdir: can't create directory '/tmp/d': Operation not permitted"))
        #expect(text.contains("No space left on device"))
        // With errno 0 the call seems to succeed, and nothing happens.
        #expect(text.hasSuffix("f"))
    }

    @Test func theDefaultActionsErrno() throws {
        var seccomp = profile(
            ["names": JSONValue(Self.allowed), "action": "SCMP_ACT_ALLOW"], defaultAction: "SCMP_ACT_ERRNO")
        seccomp.defaultErrnoRet = 13
        #expect(try result("mkdir /tmp/d", seccomp).contains("Permission denied"))
    }

    @Test func killEndsTheProcess() throws {
        for action in ["SCMP_ACT_KILL", "SCMP_ACT_KILL_PROCESS", "SCMP_ACT_KILL_THREAD", "SCMP_ACT_TRAP"] {
            let text = try result("mkdir /tmp/d; echo $?", profile(rule("mkdir", action: action)))
            #expect(text.hasSuffix("159"), "\(action): \(text)")
        }
    }

    @Test func logLetsThrough() throws {
        #expect(try result("mkdir /tmp/d && echo made", profile(rule("mkdir", action: "SCMP_ACT_LOG"))) == "made")
    }

    @Test func traceWithoutATracerGivesENOSYS() throws {
        let text = try result("mkdir /tmp/d", profile(rule("mkdir", action: "SCMP_ACT_TRACE")))
        #expect(text.contains("Function not implemented"))
    }

    @Test func unknownNamesAreSkipped() throws {
        let text = try result("mkdir /tmp/d", profile(rule("nosuchcall", "mkdir", action: "SCMP_ACT_ERRNO")))
        #expect(text.contains("Operation not permitted"))
    }

    // MARK: Arguments

    /// kill's second argument is the signal; the first, a pid, is compared too.
    @Test(arguments: [
        ("SCMP_CMP_EQ", 10, 0, [10]), ("SCMP_CMP_NE", 10, 0, [1, 9, 11, 12]), ("SCMP_CMP_LT", 10, 0, [1, 9]),
        ("SCMP_CMP_LE", 10, 0, [1, 9, 10]), ("SCMP_CMP_GT", 10, 0, [11, 12]), ("SCMP_CMP_GE", 10, 0, [10, 11, 12]),
        ("SCMP_CMP_MASKED_EQ", 3, 1, [1, 9]),
    ])
    func operators(_ name: String, _ value: Int, _ second: Int, _ matching: [Int]) throws {
        let condition: JSONValue = [
            "index": 1, "value": .number("\(value)"), "valueTwo": .number("\(second)"), "op": .string(name),
        ]
        // ESRCH comes from the kernel, EPERM from the filter.
        let script = "for s in 1 9 10 11 12; do kill -$s 99999 2>&1 | grep -q 'not permitted' && echo $s; done"
        let text = try result(script, profile(rule("kill", action: "SCMP_ACT_ERRNO", args: [condition])))
        #expect(text.split(separator: "\n").compactMap { Int($0) } == matching)
    }

    @Test func conditionsOnSeveralArgumentsAreAllNeeded() throws {
        let conditions: JSONValue = [
            ["index": 0, "value": 99999, "op": "SCMP_CMP_EQ"], ["index": 1, "value": 10, "op": "SCMP_CMP_EQ"],
        ]
        let script = "kill -10 99999; kill -10 99998; kill -12 99999"
        let text = try result(script, profile(rule("kill", action: "SCMP_ACT_ERRNO", errno: 13, args: conditions)))
        #expect(text.split(separator: "\n").map { $0.contains("Permission denied") } == [true, false, false])
    }

    @Test func conditionsOnOneArgumentTwiceAreAlternatives() throws {
        let conditions: JSONValue = [
            ["index": 1, "value": 10, "op": "SCMP_CMP_EQ"], ["index": 1, "value": 12, "op": "SCMP_CMP_EQ"],
        ]
        let script = "kill -10 99999; kill -11 99999; kill -12 99999"
        let text = try result(script, profile(rule("kill", action: "SCMP_ACT_ERRNO", errno: 13, args: conditions)))
        #expect(text.split(separator: "\n").map { $0.contains("Permission denied") } == [true, false, true])
    }

    // MARK: Others

    @Test func execHasTheFilter() throws {
        let bundle = try TestBundle {
            $0.process.args = ["sleep", "1000"]
            $0.root.readonly = false
            $0.linux.seccomp = profile(rule("mkdir", action: "SCMP_ACT_ERRNO", errno: 13))
        }.running()
        #expect(try bundle.exec(shell: "mkdir /tmp/d").stderr.contains("Permission denied"))
    }

    /// The profile of most real containers: a list of what is allowed, everything else refused.
    @Test func aListOfWhatIsAllowed() throws {
        var seccomp = profile(
            ["names": JSONValue(Self.allowed), "action": "SCMP_ACT_ALLOW"], defaultAction: "SCMP_ACT_ERRNO")
        seccomp.architectures = ["SCMP_ARCH_X86_64", "SCMP_ARCH_X86", "SCMP_ARCH_X32"]
        for newPrivileges in [true, false] {
            let text = try result("echo fine; mkdir /tmp/d; sync", seccomp, newPrivileges: newPrivileges)
            #expect(text.hasPrefix("fine\n"))
            #expect(text.contains("Operation not permitted"))
        }
    }

    /// Which flags the filter was loaded with only a tracer sees.
    @Test(
        .requires(.program("strace")),
        arguments: [
            "SECCOMP_FILTER_FLAG_LOG", "SECCOMP_FILTER_FLAG_TSYNC", "SECCOMP_FILTER_FLAG_SPEC_ALLOW",
        ])
    func flags(_ flag: String) throws {
        let bundle = try TestBundle(shell: "mkdir /tmp/d") {
            $0.root.readonly = false
            var seccomp = profile(rule("mkdir", action: "SCMP_ACT_ERRNO"))
            seccomp.flags = [.string(flag)]
            $0.linux.seccomp = seccomp
        }
        let trace = bundle.path + "/trace"
        let command = try Command(
            ["strace", "-f", "-qq", "-e", "trace=seccomp", "-o", trace]
                + bundle.arguments(["run", "--bundle", bundle.path, bundle.id]))
        #expect(command.wait().stderr.contains("Operation not permitted"))
        let calls = (contents(trace) ?? "").split(separator: "\n").filter { $0.contains("SECCOMP_SET_MODE_FILTER") }
        #expect(calls.last?.contains(flag) ?? false, "\(calls)")
    }

    /// Calls of another architecture: with it in the list its rules hold, without it the process ends.
    @Test(.requires(.program("gcc"))) func architectures() throws {
        func status(_ architectures: JSONValue?) throws -> Int32 {
            let bundle = try TestBundle { $0.process.args = ["/bin/probe"] }
            // getpid of 32-bit x86.
            let source = try bundle.file(
                "probe.c",
                """
                int main(void) {
                    long result;
                    __asm__ volatile("int $0x80" : "=a"(result) : "a"(20L) : "memory", "r8", "r9", "r10", "r11");
                    return (int)result == -13 ? 13 : 1;
                }
                """)
            try Command.run("gcc", "-static", "-o", bundle.rootfs + "/bin/probe", source).succeeded()
            try bundle.change {
                var seccomp = profile(rule("getpid", action: "SCMP_ACT_ERRNO", errno: 13))
                if let architectures { seccomp.architectures = architectures }
                $0.linux.seccomp = seccomp
            }
            return try bundle.run().status
        }
        #expect(try status(["SCMP_ARCH_X86_64", "SCMP_ARCH_X86"]) == 13)
        #expect(try status(["SCMP_ARCH_X86_64"]) == 159)
        #expect(try status(nil) == 159)
    }

    /// Without the flag the kernel turns on speculation mitigations for the process.
    @Test func speculationStaysAsItWas() throws {
        let before = Status(try output(of: "cat /proc/self/status"))["Speculation_Store_Bypass"]
        let after = try result("cat /proc/self/status", profile(rule("acct", action: "SCMP_ACT_ERRNO")))
        #expect(Status(after)["Speculation_Store_Bypass"] == before)
    }

    // MARK: Notifications

    @Test func aListenerAnswersForTheKernel() throws {
        let socket = try SocketListener()
        let bundle = try TestBundle(shell: "mkdir /tmp/d; echo $?; sleep 1000") {
            $0.root.readonly = false
            var seccomp = profile(rule("mkdir", action: "SCMP_ACT_NOTIFY"))
            seccomp.listenerPath = .string(socket.path)
            seccomp.listenerMetadata = "meta data"
            $0.linux.seccomp = seccomp
            $0.annotations = ["org.example": "x"]
        }
        let create = try bundle.launch(["create", "--bundle", bundle.path, bundle.id])
        let message = try socket.receive()
        try create.wait().succeeded()
        let document = try JSONValue(parsing: message.text)
        #expect(document.fds == ["seccompFd"])
        #expect(document.metadata == "meta data")
        #expect(document.ociVersion.text?.hasPrefix("1.") ?? false)
        #expect(document.state.id.text == bundle.id)
        #expect(document.state.status == "creating")
        #expect(document.state.bundle.text == bundle.path)
        #expect(document.state.annotations == ["org.example": "x"])
        #expect(document.pid.integer.map { pid_t($0) } == (try bundle.pid()))
        try #require(message.descriptors.count == 1)

        try bundle.start().succeeded()
        let listener = message.descriptors[0]
        try #require(readable(listener, milliseconds: 10000))
        var id: UInt64 = 0
        var number: Int32 = 0
        var pid: pid_t = 0
        try #require(support_seccomp_receive(listener, &id, &number, &pid) == 0)
        #expect(pid > 0)
        #expect(support_seccomp_respond(listener, id, 0, -EDQUOT) == 0)
        eventually("the program has its answer") { create.partialOutput == "1\n" }
        #expect(create.partialError.contains("Disk quota exceeded") || create.partialError.contains("Quota exceeded"))
    }

    @Test func execSendsItsListenerToo() throws {
        let socket = try SocketListener()
        let bundle = try TestBundle {
            $0.process.args = ["sleep", "1000"]
            var seccomp = profile(rule("mkdir", action: "SCMP_ACT_NOTIFY"))
            seccomp.listenerPath = .string(socket.path)
            $0.linux.seccomp = seccomp
        }
        let create = try bundle.launch(["create", "--bundle", bundle.path, bundle.id])
        _ = try socket.receive()
        try create.wait().succeeded()
        try bundle.start().succeeded()
        let exec = try bundle.launch(["exec", bundle.id, "sh", "-c", "echo $$; sleep 1000"])
        let message = try socket.receive()
        let document = try JSONValue(parsing: message.text)
        #expect(document.state.status == "running")
        #expect(message.descriptors.count == 1)
        let pid = try #require(document.pid.integer.map { pid_t($0) })
        eventually("the process runs") { exec.partialOutput != "" }
        #expect(isAlive(pid))
        #expect(try bundle.pid() != pid)
    }

    @Test func aListenerThatIsMissing() throws {
        let bundle = try TestBundle {
            var seccomp = profile(rule("mkdir", action: "SCMP_ACT_NOTIFY"))
            seccomp.listenerPath = "/nosuch/socket"
            $0.linux.seccomp = seccomp
        }
        let output = try bundle.create()
        output.failed(from: "runc create failed: ", to: "")
        #expect(output.error.contains("/nosuch/socket"))
        bundle.expectNothingLeft()
        try bundle.change { $0.linux.seccomp.remove("listenerPath") }
        #expect(try bundle.create().status == 1)
        bundle.expectNothingLeft()
    }

    /// A path that no rule needs is not used.
    @Test func aListenerWithoutNotifications() throws {
        let bundle = try TestBundle(shell: "echo fine") {
            var seccomp = profile(rule("mkdir", action: "SCMP_ACT_ERRNO"))
            seccomp.listenerPath = "/nosuch/socket"
            $0.linux.seccomp = seccomp
        }
        #expect(try bundle.run().succeeded().stdout == "fine\n")
    }

    /// System calls newer than the profile's newest give ENOSYS, so that a C library falls back.
    @Test(.requires(.program("gcc"))) func newerCallsGiveENOSYS() throws {
        let bundle = try TestBundle { $0.process.args = ["/bin/probe"] }
        let source = try bundle.file(
            "probe.c",
            """
            #include <errno.h>
            #include <stdio.h>
            #include <unistd.h>
            #include <sys/syscall.h>
            int main(void) {
                syscall(452, 0, 0, 0, 0, 0); printf("%d\\n", errno);
                syscall(470, 0, 0, 0, 0, 0); printf("%d\\n", errno);
                syscall(SYS_acct, 0); printf("%d\\n", errno);
                return 0;
            }
            """)
        try Command.run("gcc", "-static", "-o", bundle.rootfs + "/bin/probe", source).succeeded()
        // All that Linux had when pidfd_open (434) came, but acct.
        let text = try String(contentsOfFile: "/usr/include/x86_64-linux-gnu/asm/unistd_64.h", encoding: .utf8)
        let names: [String] = text.split(separator: "\n").compactMap { line in
            let words = line.split(separator: " ")
            guard words.count == 3, words[1].hasPrefix("__NR_"), let number = Int(words[2]), number <= 434 else {
                return nil
            }
            let name = String(words[1].dropFirst(5))
            return name == "acct" ? nil : name
        }
        try bundle.change {
            $0.linux.seccomp = [
                "defaultAction": "SCMP_ACT_ERRNO", "defaultErrnoRet": 13, "architectures": ["SCMP_ARCH_X86_64"],
                "syscalls": [["names": JSONValue(names), "action": "SCMP_ACT_ALLOW"]],
            ]
        }
        let output = try bundle.run()
        #expect(output.lines == ["38", "38", "13"], "\(output.stderr)")
    }
}
