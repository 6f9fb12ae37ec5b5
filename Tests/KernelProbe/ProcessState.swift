import CLinuxKernel
import LinuxKernel

/// How a process runs and ends: scheduling, limits, sessions, signals, and the processes that it makes.
let processScenarios: [Scenario] = [
    Scenario("scheduling") { (_) throws(Errno) in
        var batch = SchedulingAttributes(policy: 3)
        batch.nice = 5
        try batch.apply()
        expect(try statField(41) == "3", try statField(41))
        expect(try statField(19) == "5", try statField(19))
        expect(.invalidArgument) { () throws(Errno) in try SchedulingAttributes(policy: 99).apply() }
        try setIOPriority(class: 2, priority: 6)
        expect(linux_syscall(Int(SYS_ioprio_get), 1, 0, 0, 0, 0, 0) == 2 << 13 | 6)
        expect(.invalidArgument) { () throws(Errno) in try setIOPriority(class: 7, priority: 0) }
    },
    Scenario("affinity") { (_) throws(Errno) in
        let all = try affinityMask()
        guard let word = all.firstIndex(where: { $0 != 0 }) else { return expect(false, "no processor") }
        let first = word * 64 + all[word].trailingZeroBitCount
        try setAffinity([first])
        let one = try affinityMask()
        expect(one.reduce(0) { $0 + $1.nonzeroBitCount } == 1 && one[word] == 1 << UInt64(first % 64))
        try setAffinity(mask: all)
        expect(try affinityMask() == all)
        try setAffinity([first])
        try resetAffinity()
        expect(try affinityMask()[word] & all[word] == all[word])
        expect(.invalidArgument) { () throws(Errno) in try setAffinity([8000]) }
    },
    Scenario("memory-policy") { (_) throws(Errno) in
        do throws(Errno) {
            // MPOL_BIND to node 0, and the default again.
            for (mode, nodes): (Int32, [Int]) in [(2, [0]), (0, [])] {
                try setMemoryPolicy(mode: mode, nodes: nodes)
                var found: Int32 = -1
                try withUnsafeMutablePointer(to: &found) { (place) throws(Errno) in
                    _ = try check(linux_syscall(Int(SYS_get_mempolicy), Int(bitPattern: place), 0, 0, 0, 0, 0))
                }
                expect(found == mode)
            }
            expect(.invalidArgument) { () throws(Errno) in try setMemoryPolicy(mode: 99, nodes: [0]) }
        } catch .noSuchSystemCall {
            // A kernel without nodes.
        }
    },
    Scenario("limits-and-personality") { (_) throws(Errno) in
        // RLIMIT_NOFILE.
        try setResourceLimit(7, soft: 64, hard: 128)
        let lines = try readKernelFile("/proc/self/limits").parts(separatedBy: UInt8(ascii: "\n"))
        let line = lines.first { $0.hasPrefix("Max open files") }
        expect(line?.split(separator: UInt8(ascii: " ")).map { ByteString(bytes: $0).text }[3...4] == ["64", "128"])
        expect(.invalidArgument) { () throws(Errno) in try setResourceLimit(7, soft: 129, hard: 128) }
        // PER_LINUX32.
        try setPersonality(8)
        expect(try check(linux_personality(0xffff_ffff)) == 8)
    },
    Scenario("sessions") { (_) throws(Errno) in
        // The leader of a group cannot lead a session as well, but its child can.
        expect(.notPermitted) { () throws(Errno) in try makeSession() }
        let end = try inChild { () throws(Errno) in
            try makeSession()
            expect(try statField(6) == String(processIdentifier))
            expect(.notPermitted) { () throws(Errno) in try makeSession() }
        }
        expect(end == .exited(0))
    },
    Scenario("signals") { (_) throws(Errno) in
        try surviveFailedWrites()
        let pipe = try FileDescriptor.pipe()
        let writer = try pipe.write.duplicate()
        pipe.takeRead().close()
        expect(.brokenPipe) { () throws(Errno) in try writer.write([1]) }
        let known = try inChild { () throws(Errno) in
            let own = ThreadStatus.current()
            expect(try own.ignoredSignals == UInt64(status("SigIgn"), radix: 16))
            expect(try own.boundingSet == UInt64(status("CapBnd"), radix: 16))
            expect(try own.hasNoGroups == status("Groups").isEmpty)
            try Credentials.setGroups([5])
            expect(!ThreadStatus.current().hasNoGroups)
        }
        expect(known == .exited(0))
        let ended = try inChild { () throws(Errno) in end(bySignal: SIGTERM) }
        expect(ended == .killed(signal: SIGTERM), "\(ended)")
        // One that is blocked since a failed write, too.
        let broken = try inChild { () throws(Errno) in
            expect(.brokenPipe) { () throws(Errno) in try writer.write([1]) }
            end(bySignal: SIGPIPE)
        }
        expect(broken == .killed(signal: SIGPIPE), "\(broken)")
        // The first process of a pid namespace, whose default actions the kernel leaves out.
        let first = try inChild(.newPID) { () throws(Errno) in
            try endByUsualSignals()
            try sendSignal(SIGTERM, to: processIdentifier)
        }
        expect(first == .exited(128 + SIGTERM), "\(first)")
        let fault = try inChild { () throws(Errno) in
            try endByFaults()
            try sendSignal(SIGILL, to: processIdentifier)
        }
        expect(fault == .killed(signal: SIGILL), "\(fault)")
    },
    Scenario("signal-stream") { (_) throws(Errno) in
        let pid = processIdentifier
        do {
            let stream = try SignalStream()
            expect(try stream.next() == nil)
            try sendSignal(SIGUSR1, to: pid)
            expect(try stream.stream.poll(events: PollSet.input, milliseconds: 10_000) == PollSet.input)
            expect(try stream.next() == SIGUSR1)
            expect(try stream.next() == nil)
        }
        expect(try status("SigBlk") == "0000000000000000")
    },
    Scenario("siblings") { (_) throws(Errno) in
        for takesMemory in [false, true] {
            var arguments = linux_clone_args()
            arguments.exit_signal = UInt64(SIGCHLD)
            let child = Int32(try check(linux_clone3(&arguments)))
            if child == 0 {
                do throws(Errno) {
                    // What it has in memory goes along.
                    var codes: [Int32] = [1, 2]
                    codes.append(contentsOf: [3, 4])
                    try moveToSibling([], takesMemory: takesMemory)
                    codes.append(contentsOf: [5, 6])
                    exitProcess(codes.reduce(0, +))
                } catch {
                    exitProcess(5)
                }
            }
            // Both are children of this process, whichever ends first.
            var codes: [Int32] = []
            for _ in 0..<2 { codes.append(try reapChild(-1).code) }
            expect(codes.sorted() == [0, 21], "\(codes)")
        }
        expect(try peekEndedChild() == nil)
    },
    Scenario("a-spawned-program") { (_) throws(Errno) in
        let program = try FileDescriptor.open("/bin/sh").duplicate(atLeast: 10)
        let pair = try SocketPair()
        let own = try pair.first.duplicate(atLeast: 10)
        let socket = try pair.second.duplicate(atLeast: 10)
        let kept = try FileDescriptor.open("/dev/null").duplicate(atLeast: 30)
        var request = SpawnRequest(socket: socket.number)
        request.flags = .newUTS
        request.kept = [kept.number]
        let script: StaticString = """
            test -S /proc/self/fd/3 && test -c /proc/self/fd/30 && echo word >&3 && exit 7
            """
        let process = try spawn(program: program, arguments: ["sh", "-c", script], request)
        expect(try process.isChild())
        expect(try process.reap() == .exited(7))
        let message = try own.receive()?.bytes
        expect(message == Array("word\n".utf8), "\(message ?? [])")
    },
    Scenario("controlling-terminal") { (_) throws(Errno) in
        guard fileExists("/dev/pts/ptmx") else { return }
        let procfs = try Procfs.openPrivate()
        let master = try PseudoTerminal.openMaster("/dev/pts/ptmx", procfs: procfs)
        let end = try inChild { () throws(Errno) in
            let terminal = try PseudoTerminal.openPeer(of: master)
            expect(.notPermitted) { () throws(Errno) in try PseudoTerminal.makeControlling(terminal) }
            try makeSession()
            try PseudoTerminal.makeControlling(terminal)
            expect(try statField(7) != "0")
        }
        expect(end == .exited(0), "\(end)")
    },
]
