import LinuxKernel
import RuntimeSpec
import Testing

@testable import Seccomp

/// Our programs do what profiles say, and what libseccomp's programs do.
///
/// Three sides are compared on the same calls: our program, libseccomp's, and the profile read rule by rule. Ours must
/// always do what the profile says. libseccomp's may be another one in a few known ways: it mixes up the halves of
/// 64-bit comparisons when rules for one call share them, and it decides between contradicting rules by how its tree
/// happens to grow. Both are counted and must stay rare, so that the comparison keeps its meaning.
@Suite struct EquivalenceTests {
    /// How many profiles of each kind; SECCOMP_TEST_PROFILES asks for more.
    static let count = environmentVariable("SECCOMP_TEST_PROFILES").flatMap { Int($0.text) } ?? 400

    @Test(arguments: Profiles.recorded)
    func recordedProfile(_ name: String) throws {
        let profile = try Profiles.load(name)
        try expectEqual(profile, .x86_64)
    }

    /// The recorded rules for the other architectures that libseccomp knows, and those it does not.
    @Test(
        arguments: [
            [.aarch64, .arm], [.s390x, .s390], [.ppc64le], [.mips64, .mips, .mips64n32],
            [.mipsel64, .mipsel, .mipsel64n32],
            [.ppc64, .ppc], [.riscv64], [.parisc64, .parisc], [.loongarch64], [.m68k], [.sh], [.sheb],
        ] as [[SeccompArchitecture]])
    func recordedRulesElsewhere(_ family: [SeccompArchitecture]) throws {
        for name in ["docker", "podman-kube"] {
            var profile = try Profiles.load(name)
            profile.architectures = Array(family.dropFirst())
            for index in profile.syscalls.indices {
                profile.syscalls[index].names.removeAll { !RandomProfile.isShared($0, family) }
            }
            try expectEqual(profile, family[0])
        }
    }

    private func expectEqual(_ profile: SeccompProfile, _ native: SeccompArchitecture) throws {
        var comparison = Comparison(
            profile: profile, nativeArchitecture: native, generator: SeededGenerator(seed: 1), isExhaustive: true)
        let outcome = try comparison.run()
        #expect(!outcome.isRefused)
        #expect(outcome.wrong == nil, "\(outcome.wrong?.description ?? "")")
        #expect(outcome.deviation == nil, "\(outcome.deviation?.description ?? "")")
        #expect(outcome.choice == nil, "\(outcome.choice?.description ?? "")")
    }

    @Test(arguments: RandomProfile.Kind.allCases)
    func randomProfiles(_ kind: RandomProfile.Kind) throws {
        var deviations = 0, choices = 0
        for seed in 0..<Self.count {
            var random = RandomProfile(generator: SeededGenerator(seed: UInt64(seed)), kind: kind)
            let (profile, native) = random.make()
            var comparison = Comparison(profile: profile, nativeArchitecture: native, generator: random.generator)
            do {
                let outcome = try comparison.run()
                #expect(outcome.wrong == nil, "seed \(seed): \(outcome.wrong?.description ?? "")")
                if outcome.deviation != nil { deviations += 1 }
                if outcome.choice != nil { choices += 1 }
                #expect(!outcome.isRefused || kind == .conflicts, "seed \(seed): libseccomp refuses")
            } catch let error as SeccompError {
                #expect(kind == .conflicts, "seed \(seed): \(error.message)")
                let theirs = Libseccomp.program(profile, nativeArchitecture: native)
                #expect(theirs == nil, "seed \(seed): \(error.message)")
            }
        }
        switch kind {
        case .singleRules: #expect(deviations * 100 <= Self.count, "\(deviations) deviations")
        case .alternatives, .longAlternatives, .conflicts, .repeatedArguments:
            #expect(deviations * 5 <= Self.count, "\(deviations) deviations")
        }
        #expect(choices * 20 <= Self.count, "\(choices) choices")
    }

    /// Programs that need long jumps: every number has a verdict of its own, and some have many conditions.
    @Test func longPrograms() throws {
        var profile = SeccompProfile(defaultAction: .killProcess, architectures: [.x86, .x32])
        for (index, name) in RandomProfile.names.enumerated() {
            guard RandomProfile.isShared(name, [.x86_64, .x86, .x32]) else { continue }
            var rule = SyscallRule(names: [name], action: .errno, errnoRet: UInt32(index))
            if index % 9 == 0 {
                rule.args = [
                    SyscallArgument(index: 1, value: UInt64(index) << 30, op: .greaterThan),
                    SyscallArgument(index: 3, value: 7, valueTwo: 5, op: .maskedEqual),
                ]
            }
            profile.syscalls.append(rule)
        }
        var comparison = Comparison(
            profile: profile, nativeArchitecture: .x86_64, generator: SeededGenerator(seed: 3), isExhaustive: true)
        let outcome = try comparison.run()
        #expect(outcome.wrong == nil, "\(outcome.wrong?.description ?? "")")
        let count = try SeccompFilter(profile).program().instructions.count
        #expect(count > 1000 && count < 4096)
    }
}
