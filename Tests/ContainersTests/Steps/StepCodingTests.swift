import Cgroups
import RuntimeSpec
import Testing

@testable import ContainerInit
@testable import ContainerPlan
@testable import ContainerRuntime
@testable import ContainerSteps

/// The bytes of every kind of step, made from its list of fields alone.
struct StepCodingTests {
    private static func coded<Kind: FieldValue>(_ value: Kind) -> [UInt8] {
        var encoder = PlanEncoder()
        encoder.encode(value)
        return encoder.bytes
    }

    /// Reads a step of a kind; nil for bytes that are none.
    private static func decoded<Kind: FieldValue>(_ kind: Kind.Type, _ bytes: [UInt8]) -> (value: Kind, isWhole: Bool)?
    {
        var decoder = PlanDecoder(bytes)
        guard let value = try? Kind(from: &decoder) else { return nil }
        return (value, decoder.isAtEnd)
    }

    private func check<Kind: Step>(_ kind: Kind.Type, _ generator: inout SeededGenerator) {
        let blank = Self.coded(Kind())
        #expect(Self.decoded(kind, blank)?.isWhole == true, "\(Kind.name)")
        if !blank.isEmpty { #expect(Self.decoded(kind, Array(blank.dropLast())) == nil, "\(Kind.name) has no end") }
        var read = 0
        for round in 0..<400 {
            // Small numbers make lists that the bytes can hold; flipped bits of a valid step make the rest.
            var bytes = round.isMultiple(of: 2) ? blank : []
            if bytes.isEmpty {
                let most: UInt8 = round.isMultiple(of: 3) ? 3 : 255
                bytes = (0..<Int.random(in: 0...200, using: &generator)).map { _ in
                    UInt8.random(in: 0...most, using: &generator)
                }
            } else {
                for _ in 0..<Int.random(in: 1...4, using: &generator) {
                    bytes[Int.random(in: bytes.indices, using: &generator)] = UInt8.random(in: 0...3, using: &generator)
                }
                bytes += (0..<64).map { _ in UInt8.random(in: 0...2, using: &generator) }
            }
            guard let (step, _) = Self.decoded(kind, bytes) else { continue }
            read += 1
            let again = Self.coded(step)
            guard let (second, isWhole) = Self.decoded(kind, again) else {
                Issue.record("\(Kind.name) cannot be read back")
                continue
            }
            #expect(isWhole && Self.coded(second) == again, "\(Kind.name) is another one after its coding")
            // Whatever it holds can be shown.
            #expect(second.detail == step.detail)
        }
        #expect(read > 0, "\(Kind.name) was never read")
    }

    private func check(_ step: any Step, _ generator: inout SeededGenerator) {
        func open<Kind: Step>(_ step: Kind) { check(Kind.self, &generator) }
        open(step)
    }

    @Test func everyKindOfTheChild() {
        var generator = SeededGenerator(seed: 7)
        for kind in ChildSteps.kinds { check(kind.init(), &generator) }
    }

    /// What a process in a container sends as a text must be one.
    @Test func aTextThatIsNotUTF8IsRefused() {
        var bytes = Self.coded("ab")
        #expect(Self.decoded(String.self, bytes)?.value == "ab")
        bytes[bytes.count - 1] = 0xff
        #expect(Self.decoded(String.self, bytes) == nil)
    }

    @Test func everyKindHasItsNumber() {
        for (index, kind) in ChildSteps.kinds.enumerated() {
            #expect(ChildSteps.number(of: kind.init()) == UInt8(index), "\(kind) stands twice")
        }
    }

    /// The kinds of the runtime's lane, with what real configurations put into them.
    @Test func everyKindOfTheRuntime() throws {
        var generator = SeededGenerator(seed: 11)
        var seen: [String] = []
        for name in PlanSamples.engines {
            for layout in PlanSamples.layouts where layout.kind != .none {
                for planned in try PlanSamples.plan(PlanSamples.spec(name), on: layout).parent {
                    func open<Kind: ParentStep>(_ step: Kind) throws {
                        let bytes = Self.coded(step)
                        let (again, isWhole) = try #require(Self.decoded(Kind.self, bytes))
                        #expect(isWhole && Self.coded(again) == bytes && again.detail == step.detail)
                        if seen.contains(Kind.name.description) { return }
                        seen.append(Kind.name.description)
                        check(Kind(), &generator)
                    }
                    try open(planned.step)
                }
            }
        }
        #expect(seen.count > 12)
    }
}
