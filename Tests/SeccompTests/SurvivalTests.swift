import RuntimeSpec
import Testing

@testable import Seccomp

/// What a process may do behind a filter without being killed, asked before it does it.
@Suite struct SurvivalTests {
    @Test(arguments: [
        (SeccompAction.kill, false, false), (.killProcess, false, false), (.trap, false, false), (.trace, false, false),
        (.errno, true, false), (.log, true, true), (.allow, true, true),
    ])
    func anAction(_ action: SeccompAction, _ survives: Bool, _ permits: Bool) throws {
        let rule = SyscallRule(names: ["openat"], action: action)
        let listed = try SeccompFilter.compile(SeccompProfile(defaultAction: .allow, syscalls: [rule]))
        #expect(listed.survives(["openat"]) == survives)
        #expect(listed.survives(["close", "openat"]) == survives)
        #expect(listed.survives(["close"]))
        #expect(listed.permits(["openat"]) == permits)
        #expect(listed.permits(["close", "openat"]) == permits)
        #expect(listed.permits(["close"]))
        let others = SyscallRule(names: ["close", "mseal"], action: .allow)
        let unlisted = try SeccompFilter.compile(SeccompProfile(defaultAction: action, syscalls: [others]))
        #expect(unlisted.survives(["openat"]) == survives)
        #expect(unlisted.survives(["close"]))
        #expect(unlisted.survives([]))
        #expect(unlisted.permits(["openat"]) == permits)
        #expect(unlisted.permits(["close"]))
        #expect(unlisted.permits([]))
    }

    /// Also where the condition holds for one that is 0, or for all but one.
    @Test func aPassageThatDependsOnAnArgument() throws {
        for comparison in [SeccompOperator.equal, .notEqual] {
            let condition = SyscallArgument(index: 0, value: 0, op: comparison)
            let rule = SyscallRule(names: ["write"], action: .allow, args: [condition])
            let filter = try SeccompFilter.compile(SeccompProfile(defaultAction: .errno, syscalls: [rule]))
            #expect(!filter.permits(["write"]))
        }
    }

    @Test func namesThatAreNearlyCalls() {
        #expect(SeccompFilter.calls(near: "mkdri") == ["mkdir"])
        #expect(SeccompFilter.calls(near: "OPENAT") == ["openat"])
        #expect(SeccompFilter.calls(near: "nothing_like_any_call") == [])
    }
}
