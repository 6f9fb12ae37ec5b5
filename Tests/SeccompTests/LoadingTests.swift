import ContainerInit
import LinuxKernel
import RuntimeSpec
import Testing

@testable import Seccomp

/// Filters on the running kernel, in a process of their own.
@Suite(.enabled(if: SeccompKernel.isAvailable, "this kernel has no seccomp filters")) struct LoadingTests {
    private func status(of program: SeccompProgram) throws -> Int32 {
        // The test runner is a program of the toolchain; the products lie beside the test bundle.
        let bundle = CommandLine.arguments.first { $0.hasSuffix(".xctest") } ?? CommandLine.arguments[0]
        let directory = bundle.lastIndex(of: "/").map { bundle[...$0] } ?? ""
        var encoder = PlanEncoder()
        encoder.encode(program)
        let probe = try LaunchedProgram.start(
            Path(directory + "SeccompProbe"),
            arguments: ["SeccompProbe", ByteString(ByteString(bytes: encoder.bytes).hexadecimal)],
            environment: [],
            input: [], directory: nil)
        return try probe.process.reap().code
    }

    private func profile(_ action: SeccompAction, _ errno: UInt32? = nil) -> SeccompProfile {
        SeccompProfile(
            defaultAction: .allow, listenerPath: "/listener",
            syscalls: [SyscallRule(names: ["getppid"], action: action, errnoRet: errno)])
    }

    @Test func deniedCall() throws {
        #expect(try status(of: SeccompFilter.compile(profile(.errno, 13))) == 13)
        #expect(try status(of: SeccompFilter.compile(profile(.errno))) == 1)
        #expect(try status(of: SeccompFilter.compile(profile(.allow))) == 0)
    }

    @Test func recordedProfiles() throws {
        for name in ["docker", "podman"] {
            #expect(try status(of: SeccompFilter.compile(try Profiles.load(name))) == 0, "\(name)")
        }
    }

    @Test(arguments: SeccompFlag.allCases)
    func flag(_ flag: SeccompFlag) throws {
        var profile = profile(.errno, 13)
        profile.flags = [flag]
        if flag == .waitKillableReceive {
            profile.syscalls.append(SyscallRule(names: ["mount"], action: .notify))
            #expect(try status(of: SeccompFilter.compile(profile)) == (SeccompKernel.supports(flag) ? 113 : 91))
        } else {
            #expect(try status(of: SeccompFilter.compile(profile)) == (SeccompKernel.supports(flag) ? 13 : 91))
        }
    }

    /// A listener and TSYNC together need a third flag.
    @Test func listener() throws {
        var profile = profile(.errno, 13)
        profile.syscalls.append(SyscallRule(names: ["mount"], action: .notify))
        #expect(try status(of: SeccompFilter.compile(profile)) == 113)
        profile.flags = [.tsync]
        #expect(try status(of: SeccompFilter.compile(profile)) == 113)
    }

    @Test func unknownFlags() throws {
        let program = try SeccompFilter.compile(profile(.errno, 13))
        let unknown = SeccompFilterFlags(rawValue: 0x4000_0000)
        func with(_ flags: SeccompFilterFlags, optional: SeccompFilterFlags) -> SeccompProgram {
            SeccompProgram(
                bytes: program.bytes, flags: flags, optionalFlags: optional)
        }
        #expect(try status(of: with(unknown, optional: [])) == 91)
        #expect(try status(of: with([], optional: unknown)) == 13)
    }

    @Test func kernelKnowsAllActions() {
        for action in SeccompAction.allCases { #expect(SeccompKernel.supports(action), "\(action)") }
        #expect(SeccompKernel.supportedFlags.contains("SECCOMP_FILTER_FLAG_TSYNC"))
        #expect(SeccompFeatures.architectures.count == 23)
    }
}
