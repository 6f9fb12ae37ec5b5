import Testing

@testable import apus

/// Amounts as docker's users write them.
@Suite struct SizeTests {
    @Test(
        arguments: [
            ("0", 0), ("67108864", 67_108_864), ("64m", 67_108_864), ("64M", 67_108_864), ("64mb", 67_108_864),
            ("64MiB", 67_108_864), ("64 m", 67_108_864), ("1.5G", 1_610_612_736), (".5k", 512), ("5.k", 5120),
            ("10b", 10),
            ("1t", 1 << 40), ("1P", 1 << 50), ("+64k", 65536), ("1e3", 1000), ("1.5", 1), ("-1", -1),
            ("8191p", 8191 << 50),
        ] as [(String, Int64)])
    func sizes(text: String, size: Int64) throws { #expect(try GoSyntax.size(text) == size) }

    @Test(arguments: [
        ("", "invalid size: ''"), ("m", "invalid size: 'm'"), ("-5", "invalid size: '-5'"),
        ("-1k", "invalid size: '-1k'"), ("100x", "invalid suffix: 'x'"), ("64bb", "invalid suffix: 'bb'"),
        ("64KiBs", "invalid suffix: 'kibs'"), ("64mi", "invalid suffix: 'mi'"),
        ("9000000t", "invalid size: '9000000t'"),
        ("8192p", "invalid size: '8192p'"), ("1..5", "strconv.ParseFloat: parsing \"1..5\": invalid syntax"),
        ("0x10", "strconv.ParseFloat: parsing \"0x10\": invalid syntax"),
        (" 64m", "strconv.ParseFloat: parsing \" 64\": invalid syntax"),
        ("64m ", "strconv.ParseFloat: parsing \"64m\": invalid syntax"),
        (" ", "strconv.ParseFloat: parsing \"\": invalid syntax"),
        ("1e", "invalid suffix: 'e'"), ("٣", "invalid size: '٣'"), ("1e999", "invalid size: '1e999'"),
    ])
    func noSizes(text: String, reason: String) {
        let error = #expect(throws: GoSyntax.AmountError.self) { try GoSyntax.size(text) }
        #expect(error?.text == reason)
    }

    @Test func numbers() throws {
        #expect(try GoSyntax.unsigned("18446744073709551615") == UInt64.max)
        #expect(try GoSyntax.signed("-1") == -1)
        #expect(throws: GoSyntax.AmountError.self) { try GoSyntax.unsigned("+1") }
        #expect(throws: GoSyntax.AmountError.self) { try GoSyntax.unsigned("") }
        #expect(throws: GoSyntax.AmountError.self) { try GoSyntax.signed("1.5") }
    }
}
