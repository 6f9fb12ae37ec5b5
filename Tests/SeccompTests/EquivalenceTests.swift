import RuntimeSpec
import Testing

@testable import Seccomp

/// Our programs decide as libseccomp's do.
@Suite struct EquivalenceTests {
    @Test(arguments: Profiles.recorded)
    func recordedProfile(_ name: String) throws {
        let profile = try Profiles.load(name)
        var refusals = 0
        var comparison = Comparison(
            profile: profile, nativeArchitecture: .x86_64, generator: SeededGenerator(seed: 1), isExhaustive: true)
        let difference = try comparison.difference(refusals: &refusals)
        #expect(difference == nil, "\(difference?.description ?? "")")
        #expect(refusals == 0)
    }
}
