import Testing

@testable import apus

@Suite struct GoSyntaxTests {
    @Test(arguments: [
        ("0", 0), ("7", 7), ("-9", -9), ("+3", 3), ("0x1F", 31), ("0X_f", 15), ("0o17", 15), ("017", 15), ("0b101", 5),
        ("1_000", 1000), ("0_7", 7), ("9223372036854775807", Int.max), ("-9223372036854775808", Int.min),
    ])
    func integersOfEveryBase(text: String, value: Int) throws {
        #expect(try GoSyntax.integer(text) == value)
    }

    @Test(arguments: ["", "-", "x", "0x", "08", "1__0", "_1", "1_", "0x1_", "1.5", " 1", "1 ", "0b2", "٣", "--1"])
    func noIntegers(text: String) {
        #expect(throws: GoSyntax.NumberError.syntax) { try GoSyntax.integer(text) }
    }

    @Test(arguments: ["9223372036854775808", "-9223372036854775809", "0xFFFFFFFFFFFFFFFFF"])
    func integersOutOfRange(text: String) {
        #expect(throws: GoSyntax.NumberError.range) { try GoSyntax.integer(text) }
    }

    @Test func decimalsHaveNoBase() throws {
        #expect(try GoSyntax.decimal("010") == 10)
        #expect(try GoSyntax.decimal("-5") == -5)
        #expect(throws: GoSyntax.NumberError.syntax) { try GoSyntax.decimal("0x10") }
        #expect(throws: GoSyntax.NumberError.syntax) { try GoSyntax.decimal("1_0") }
    }

    @Test func booleanWords() {
        for word in ["1", "t", "T", "true", "TRUE", "True"] { #expect(GoSyntax.bool(word) == true) }
        for word in ["0", "f", "F", "false", "FALSE", "False"] { #expect(GoSyntax.bool(word) == false) }
        for word in ["", "yes", "tRue", "2"] { #expect(GoSyntax.bool(word) == nil) }
    }
}
