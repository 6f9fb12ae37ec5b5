import Foundation
import RuntimeSpec
import Testing

@Suite struct RoundTripTests {
    @Test func decodesWhatItEncodes() throws {
        for seed in 0..<200 as Range<UInt64> {
            var random = RandomSpec(seed: seed)
            let spec = random.spec()
            let layout = [JSONLayout.compact, .tabs, .blanks(3)][Int(seed % 3)]
            let decoded = try Spec(json: spec.encoded(layout))
            #expect(decoded == spec, "seed \(seed)")
            #expect(decoded.unknownMembers == [])
            #expect(decoded.encoded(layout) == spec.encoded(layout))
            // Random values mean nothing, but must not trap either.
            _ = spec.validate()
            let resources = random.resources()
            #expect(try Resources(json: resources.encoded(layout)) == resources)
        }
    }

    /// A member that the description of an object forgets would be lost on the way.
    @Test func losesNothing() throws {
        for document in TestDocument.configurations {
            let bytes = try document.bytes()
            let original = try JSONSerialization.jsonObject(with: Data(bytes)) as? [String: Any]
            let encoded = try JSONSerialization.jsonObject(with: Data(Spec(json: bytes).encoded())) as? [String: Any]
            #expect(differences(try #require(original), encoded, "") == [])
        }
    }

    /// The paths of what the first value has and the second has not, apart from what says nothing.
    private func differences(_ a: Any, _ b: Any?, _ path: String) -> [String] {
        switch a {
        case let a as [String: Any]:
            guard !a.isEmpty else { return [] }
            let b = b as? [String: Any] ?? [:]
            return a.flatMap { differences($0.value, b[$0.key], path + "." + $0.key) }
        case let a as [Any]:
            let b = b as? [Any] ?? []
            guard a.count == b.count else { return [path] }
            return zip(a, b).flatMap { differences($0, $1, path + "[]") }
        case let a as NSObject:
            let saysNothing = a is NSNull || a == NSNumber(value: 0) || a == NSString("")
            return a == b as? NSObject || (saysNothing && b == nil) ? [] : [path]
        default: return [path]
        }
    }
}
