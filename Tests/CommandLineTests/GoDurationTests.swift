import Testing

@testable import apus

@Suite struct GoDurationTests {
    @Test(
        arguments: [
            ("0", 0), ("5s", 5_000_000_000), ("+5s", 5_000_000_000), ("-5s", -5_000_000_000), ("500ms", 500_000_000),
            ("1m30s", 90_000_000_000), ("1.5h", 5_400_000_000_000), (".5s", 500_000_000), ("1.s", 1_000_000_000),
            ("3us", 3000), ("3\u{B5}s", 3000), ("3\u{3BC}s", 3000), ("7ns", 7), ("0.3ns", 0), ("0s", 0),
            ("0.000000001s", 1), ("0.100000000000000000000h", 360_000_000_000),
            ("2562047h47m16.854775807s", Int64.max),
        ] as [(String, Int64)])
    func durations(text: String, nanoseconds: Int64) throws {
        #expect(try GoDuration.nanoseconds(text) == nanoseconds)
    }

    @Test(arguments: [
        ("", "time: invalid duration \"\""), ("-", "time: invalid duration \"-\""),
        ("s", "time: invalid duration \"s\""),
        (".s", "time: invalid duration \".s\""), ("5", "time: missing unit in duration \"5\""),
        ("1m30", "time: missing unit in duration \"1m30\""), ("5x", "time: unknown unit \"x\" in duration \"5x\""),
        ("5 s", "time: unknown unit \" s\" in duration \"5 s\""), ("1d", "time: unknown unit \"d\" in duration \"1d\""),
        ("2562047h47m16.854775808s", "time: invalid duration \"2562047h47m16.854775808s\""),
        ("99999999999999999999s", "time: invalid duration \"99999999999999999999s\""),
        ("\u{663}s", "time: invalid duration \"\u{663}s\""),
    ])
    func noDurations(text: String, message: String) {
        do throws(GoDuration.Malformed) {
            let value = try GoDuration.nanoseconds(text)
            Issue.record("\(text) is \(value)")
        } catch {
            #expect(error.message == message)
        }
    }
}
