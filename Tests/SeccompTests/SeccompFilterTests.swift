import ContainerInit
import RuntimeSpec
import Testing

@testable import Seccomp

@Suite struct SeccompFilterTests {
    /// What the filter of a profile returns for a number, with the rule about missing calls.
    private func verdict(
        _ profile: SeccompProfile, _ number: UInt32, on architecture: SeccompArchitecture = .x86_64,
        native: SeccompArchitecture = .x86_64
    ) throws -> String {
        let program = try SeccompFilter.compile(profile, nativeArchitecture: native)
        let call = Call(number: number, architecture: architecture.auditValue)
        return Verdict(rawValue: try Interpreter(program.instructions).run(call, bigEndian: native.isBigEndian)).text
    }

    private func profile(_ names: [SyscallName], default action: SeccompAction = .errno) -> SeccompProfile {
        SeccompProfile(defaultAction: action, syscalls: [SyscallRule(names: names, action: .allow)])
    }

    @Test func missingCallsGiveENOSYS() throws {
        var profile = profile(["read", "openat2"])
        profile.architectures = [.x86, .x32]
        profile.syscalls[0].action = .log
        #expect(try verdict(profile, 436) == "errno(1)")
        #expect(try verdict(profile, 437) == "log")
        #expect(try verdict(profile, 438) == "errno(38)")
        #expect(try verdict(profile, 0x3fff_ffff) == "errno(38)")
        #expect(try verdict(profile, 0x4000_0000 + 436) == "errno(1)")
        #expect(try verdict(profile, 0x4000_0000 + 438) == "errno(38)")
        #expect(try verdict(profile, 438, on: .x86) == "errno(38)")
        #expect(try verdict(profile, 438, on: .aarch64) == "kill_thread")
    }

    /// Names in rules that repeat the default action count as known.
    @Test func newestCallOfSkippedRules() throws {
        var profile = profile(["read"])
        profile.syscalls.append(SyscallRule(names: ["clone3"], action: .errno))
        #expect(try verdict(profile, 435) == "errno(1)")
        #expect(try verdict(profile, 436) == "errno(38)")
    }

    @Test(arguments: [
        (SeccompAction.killProcess, "errno(38)"), (.killThread, "errno(38)"), (.trap, "errno(38)"), (.allow, "allow"),
        (.log, "log"), (.trace, "trace(1)"),
    ])
    func missingCallsByDefaultAction(_ action: SeccompAction, _ expected: String) throws {
        var profile = profile(["openat2"], default: action)
        profile.syscalls[0].action = .errno
        #expect(try verdict(profile, 460) == expected)
    }

    @Test func missingCallsElsewhere() throws {
        // Without x32 its numbers belong to another architecture, and -1 to none.
        #expect(try verdict(profile(["openat2"]), 0x4000_0000 + 460) == "kill_thread")
        #expect(try verdict(profile(["openat2"]), .max) == "errno(1)")
        // A profile that names no call of the architecture says nothing about its age.
        #expect(try verdict(profile(["breakpoint"]), 460) == "errno(1)")
        #expect(try verdict(profile(["openat2", "read"]), 0, on: .s390x, native: .s390x) == "errno(38)")
        #expect(try verdict(profile(["openat2", "read"]), 3, on: .s390x, native: .s390x) == "allow")
        #expect(try verdict(profile(["openat2", "cacheflush"]), 438, on: .arm, native: .arm) == "errno(38)")
        #expect(try verdict(profile(["openat2", "cacheflush"]), 0xf_0002, on: .arm, native: .arm) == "allow")
        #expect(try verdict(profile(["openat2", "cacheflush"]), 0xf_0001, on: .arm, native: .arm) == "errno(1)")
        #expect(try verdict(profile(["openat2"]), 3999, on: .mips, native: .mips) == "errno(1)")
        #expect(try verdict(profile(["openat2"]), 4438, on: .mips, native: .mips) == "errno(38)")
    }

    @Test func unknownNamesAreReported() throws {
        let filter = try SeccompFilter(profile(["read", "bogus", "write", "also_bogus"]))
        #expect(filter.unknownNames == ["bogus", "also_bogus"])
    }

    @Test func nativeArchitectureIsAlwaysThere() throws {
        var profile = profile(["read"])
        profile.architectures = [.x86]
        #expect(try verdict(profile, 0) == "allow")
        #expect(try verdict(profile, 3, on: .x86) == "allow")
    }

    @Test func flags() throws {
        #expect(try SeccompFilter.compile(profile(["read"])).optionalFlags == .speculationAllow)
        var empty = profile(["read"])
        empty.flags = []
        #expect(try SeccompFilter.compile(empty).optionalFlags == [])
        empty.flags = [.log, .tsync]
        #expect(try SeccompFilter.compile(empty).flags == [.log, .threadSync])
        empty.flags = [.waitKillableReceive]
        #expect(throws: SeccompError(path: "flags[0]", reason: .flagWithoutListener)) {
            try SeccompFilter.compile(empty)
        }
    }

    @Test func errors() throws {
        func expect(_ profile: SeccompProfile, _ path: String, _ reason: SeccompError.Reason) {
            #expect(throws: SeccompError(path: path, reason: reason)) { try SeccompFilter.compile(profile) }
        }
        expect(SeccompProfile(defaultAction: .notify), "defaultAction", .notifyByDefault)
        expect(
            SeccompProfile(defaultAction: .errno, defaultErrnoRet: 4096), "defaultErrnoRet", .numberTooLarge(4096))
        var wrong = profile(["read"])
        wrong.syscalls.append(SyscallRule(names: ["write"], action: .notify))
        expect(wrong, "syscalls[1].action", .noListener)
        wrong.syscalls[1] = SyscallRule(names: ["write"], action: .trace, errnoRet: .max)
        expect(wrong, "syscalls[1].errnoRet", .numberTooLarge(.max))
        let argument = SyscallArgument(index: 6, value: 0, op: .equal)
        wrong.syscalls[1] = SyscallRule(names: ["write"], action: .log, args: [argument])
        expect(wrong, "syscalls[1].args[0].index", .noSuchArgument(6))
        let same = SyscallArgument(index: 1, value: 7, op: .lessThan)
        wrong.syscalls = [
            SyscallRule(names: ["write"], action: .log, args: [same]),
            SyscallRule(names: ["read", "write"], action: .trap, args: [same]),
        ]
        expect(wrong, "syscalls[1].args", .conflict(call: "write"))
    }

    @Test func programsHaveALimit() {
        var profile = SeccompProfile(defaultAction: .errno)
        for value in 0..<5000 {
            let arguments = [
                SyscallArgument(index: 0, value: UInt64(value), op: .greaterThan),
                SyscallArgument(index: 1, value: UInt64(value), op: .notEqual),
            ]
            profile.syscalls.append(SyscallRule(names: ["read"], action: .allow, args: arguments))
        }
        for count in [5000, 1000] {
            profile.syscalls.removeLast(profile.syscalls.count - count)
            do {
                _ = try SeccompFilter.compile(profile)
                Issue.record("a program for \(count) rules")
            } catch {
                guard case .tooLong(let instructions) = error.reason else {
                    Issue.record(error)
                    continue
                }
                #expect(instructions > 4096)
            }
        }
    }

    @Test func bytesCarryAProgram() throws {
        var profile = try Profiles.load("docker")
        profile.flags = [.log, .tsync]
        profile.listenerPath = "/listener"
        profile.syscalls.append(SyscallRule(names: ["mount"], action: .notify))
        let program = try SeccompFilter.compile(profile)
        #expect(program.notifies)
        #expect(program.count == program.instructions.count && program.count > 100)
        var encoder = PlanEncoder()
        encoder.encode(program)
        var decoder = PlanDecoder(encoder.bytes)
        #expect(try decoder.decode(SeccompProgram.self) == program)
        #expect(decoder.isAtEnd)
        encoder = PlanEncoder()
        encoder.encode(SeccompProgram(bytes: [1, 2, 3], flags: []))
        decoder = PlanDecoder(encoder.bytes)
        #expect(throws: PlanCodingError.self) { try decoder.decode(SeccompProgram.self) }
    }

    @Test func recordedProfileIsShort() throws {
        #expect(try SeccompFilter.compile(try Profiles.load("podman")).instructions.count <= 230)
    }

    @Test func disassembly() throws {
        var profile = profile(["read", "write", "openat2"])
        profile.architectures = [.x32]
        profile.syscalls.append(
            SyscallRule(
                names: ["personality", "bogus"], action: .allow,
                args: [SyscallArgument(index: 0, value: 8, op: .equal)]))
        profile.syscalls.append(
            SyscallRule(
                names: ["personality"], action: .allow,
                args: [
                    SyscallArgument(index: 1, value: 0xff, valueTwo: 1, op: .maskedEqual),
                    SyscallArgument(index: 0, value: 1 << 33, op: .greaterOrEqual),
                ]))
        let lines = try SeccompFilter(profile, nativeArchitecture: .x86_64).disassembly.split(separator: "\n")
        let expected = """
            default: errno(1)
            x86_64+x32:
              0-1 (read to write): allow
              2-134 (open to uselib): errno(1)
              135 (personality):
                allow if arg0 == 0x8
                allow if arg0 >= 0x200000000 and arg1 & 0xff == 0x1
                else errno(1)
              136-436 (ustat to close_range): errno(1)
              437 (openat2): allow
              438-0x3fffffff (pidfd_getfd to rseq_slice_yield): errno(38)
              0x40000000-0x40000001 (read to write): allow
              0x40000002-0x40000086 (open to mknod): errno(1)
              0x40000087 (personality):
                allow if arg0 == 0x8
                allow if arg0 >= 0x0 and arg1 & 0xff == 0x1
                else errno(1)
              0x40000088-0x400001b4 (ustat to close_range): errno(1)
              0x400001b5 (openat2): allow
              0x400001b6 and above (pidfd_getfd to pwritev2): errno(38)
            other architectures: kill_thread
            no such calls: bogus
            """
        #expect(lines == expected.split(separator: "\n"))
    }
}
