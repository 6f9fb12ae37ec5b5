import RuntimeSpec
import Testing

/// Whatever the bytes are, the answer is a value or an error.
@Suite struct HostileDocumentTests {
    private static let victims =
        TestDocument.configurations.filter { $0.name.hasPrefix("containerd") }.prefix(2)
        + TestDocument.all(in: "schema/config/good").filter { $0.name == "spec-example.json" }

    private func survive(_ bytes: [UInt8]) -> SpecError? {
        do throws(SpecError) {
            let spec = try Spec(json: bytes)
            _ = spec.validate()
            _ = spec.encoded()
            return nil
        } catch {
            return error
        }
    }

    @Test(arguments: victims) func everyTruncationIsAnError(_ document: TestDocument) throws {
        let whole = try Spec(json: document.bytes()).encoded()
        for count in 0..<whole.count {
            let error = survive(Array(whole.prefix(count)))
            #expect(error?.findings.first?.message.contains("EOF") == true)
        }
    }

    @Test func deepNestingIsAnError() {
        for bracket in ["[", #"{"a":"#, #"{"mounts":["#, #"{"linux":{"x":"#] {
            let error = survive(bytes(String(repeating: bracket, count: 100_000)))
            #expect(error != nil)
        }
        #expect(survive(bytes(#"{"ociVersion":"1","x":\#(String(repeating: "[", count: 100_000))"#)) != nil)
    }

    @Test func hugeNumbersAreFindings() {
        let digits = String(repeating: "9", count: 100_000)
        for number in [digits, "-" + digits, digits + "e" + digits, "1e400", "0.\(digits)"] {
            let error = survive(bytes(#"{"ociVersion":"1","linux":{"resources":{"pids":{"limit":\#(number)}}}}"#))
            #expect(error?.findings.first?.path == "linux.resources.pids.limit")
            #expect((error?.text.utf8.count ?? 1000) < 200)
        }
    }

    @Test func longTextsMakeShortMessages() {
        let text = String(repeating: "x", count: 1_000_000)
        let documents = [
            #"{"ociVersion":"1","root":{"path":"r"},"mounts":[{"destination":"\#(text)"},{"destination":""}]}"#,
            #"{"ociVersion":"1","process":{"cwd":"\#(text)","args":["a"],"rlimits":[{"type":"\#(text)","soft":1,"hard":1}]}}"#,
            #"{"ociVersion":"1","linux":{"netDevices":{"\#(text)":{"name":1,"x":1,"y":2}}}}"#,
        ]
        for document in documents {
            let error = #expect(throws: SpecError.self) { try Spec(validating: bytes(document)) }
            #expect((error?.text.utf8.count ?? 0) < 2000)
        }
    }

    @Test func manyEntriesTakeLinearTime() throws {
        let pairs = (0..<50_000).map { #""k\#($0)":"v""# }.joined(separator: ",")
        let devices = (0..<20_000).map { #"{"path":"/d\#($0)","type":"p"}"# }.joined(separator: ",")
        let limits = Array(repeating: #"{"type":"RLIMIT_CPU","soft":1,"hard":1}"#, count: 20_000).joined(separator: ",")
        let document =
            #"{"ociVersion":"1","annotations":{\#(pairs)},"process":{"cwd":"/","args":["a"],"rlimits":[\#(limits)]},"#
            + #""linux":{"devices":[\#(devices)]},\#(pairs)}"#
        let clock = ContinuousClock()
        let time = clock.measure { #expect(survive(bytes(document)) == nil) }
        // Quadratic work would take minutes.
        #expect(time < .seconds(20))
    }

    @Test(arguments: victims) func randomMutationsDoNotTrap(_ document: TestDocument) throws {
        var generator = SplitMix(state: UInt64(document.name.utf8.count))
        let whole = try Spec(json: document.bytes()).encoded()
        let interesting = Array(#"{}[]",:-0129.e\u"#.utf8) + [0, 0x0A, 0x80, 0xC3, 0xED, 0xF4, 0xFF]
        for _ in 0..<300 {
            var bytes = whole
            for _ in 0..<Int.random(in: 1...3, using: &generator) {
                let place = Int.random(in: 0..<bytes.count, using: &generator)
                let byte = interesting[Int.random(in: 0..<interesting.count, using: &generator)]
                switch Int.random(in: 0..<4, using: &generator) {
                case 0: bytes[place] = byte
                case 1: bytes.insert(byte, at: place)
                case 2: bytes.remove(at: place)
                default: bytes.removeSubrange(place..<min(place + 30, bytes.count))
                }
                if bytes.isEmpty { break }
            }
            if let error = survive(bytes) {
                #expect(!error.findings.isEmpty)
                #expect(!error.text.utf8.contains(UInt8(ascii: "\n")))
            }
        }
    }
}

/// A generator whose numbers depend on its seed alone.
struct SplitMix: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
