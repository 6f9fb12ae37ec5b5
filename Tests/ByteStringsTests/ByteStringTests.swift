import ByteStrings
import Testing

@Suite struct ByteStringTests {
    static let latin = ByteString(bytes: [0x6c, 0x61, 0x74, 0xe9])

    @Test func comparesBytesAndNotCharacters() {
        #expect(ByteString("e\u{301}") != ByteString("\u{e9}"))
        #expect("e\u{301}" == "\u{e9}")
        #expect(Set<ByteString>(["e\u{301}", "\u{e9}"]).count == 2)
        #expect(ByteString("a") < "b" && ByteString("") < "a" && ByteString("a") < "aa")
        #expect(ByteString(bytes: [0x61]) < ByteString(bytes: [0x61, 0]))
        #expect(ByteString(bytes: [0xff]) > "z")
    }

    @Test func splitsAtBytes() {
        #expect(
            ByteString("a\u{600};\u{301}b\r\nc").parts(separatedBy: UInt8(ascii: ";")) == ["a\u{600}", "\u{301}b\r\nc"])
        #expect(ByteString("a\r\nb").parts(separatedBy: 10) == ["a\r", "b"])
        #expect(ByteString(";a;;").parts(separatedBy: UInt8(ascii: ";"), keepingEmpty: true) == ["", "a", "", ""])
        #expect(ByteString().parts(separatedBy: 10) == [])
    }

    @Test func prefixesAndSuffixesAreBytes() {
        #expect(ByteString("/proc/\u{301}x").hasPrefix("/proc/"))
        #expect(ByteString("x\u{600}/").hasSuffix("/"))
        #expect(!ByteString("ab").hasPrefix("abc") && !ByteString("ab").hasSuffix("cab"))
        #expect(ByteString("ab").hasPrefix("") && ByteString("ab").hasSuffix(""))
    }

    @Test func keepsEveryByte() {
        let all = (0...255).map { UInt8($0) }
        #expect(ByteString(bytes: all).bytes == all)
        #expect(ByteString(bytes: all).containsNUL)
        #expect(ByteString(bytes: []).isEmpty && ByteString("") == ByteString(bytes: [UInt8]()[...]))
        var grown = ByteString()
        for byte in all { grown.append(byte) }
        #expect(grown == ByteString(bytes: all))
        #expect(Self.latin + "/x" == ByteString(bytes: [0x6c, 0x61, 0x74, 0xe9, 0x2f, 0x78]))
        #expect(ByteString() + Self.latin + ByteString() == Self.latin)
    }

    @Test func interpolatesBytes() {
        let path: Path = "/proc/\(12)/\(Self.latin)/\(PathComponent(Self.latin)!)/\("t")"
        #expect(path.bytes == ByteString("/proc/12/") + Self.latin + "/" + Self.latin + "/t")
    }

    @Test(arguments: [0, 1, 9, 10, 99, 100, 12345, .max, .min, -1, -10, -99])
    func interpolatesNumbers(_ number: Int) {
        let signed: ByteString = "\(number)"
        #expect(signed == ByteString(String(number)))
        let unsigned: ByteString = "\(UInt64(bitPattern: Int64(number)))"
        #expect(unsigned == ByteString(String(UInt64(bitPattern: Int64(number)))))
    }

    @Test func ordersByBytes() {
        let sorted: [ByteString] = ["", "a", "a\u{0}", "aa", "b", ByteString(bytes: [0xff])]
        #expect(sorted.reversed().sorted() == sorted)
    }

    @Test func knowsASCII() {
        #expect(ByteString("a/b").isASCII && ByteString().isASCII)
        #expect(!ByteString("\u{e9}").isASCII && !Self.latin.isASCII)
    }

    @Test func textWithNUL() {
        #expect(ByteString(bytes: [0x61, 0, 0x62]).validText == "a\0b")
        #expect(ByteString(bytes: [0x61, 0, 0xff]).validText == nil)
        #expect(ByteString(bytes: [0xff, 0, 0x61]).validText == nil)
    }

    /// Up to fifteen bytes a text needs no memory of its own, and is made in another way.
    @Test(arguments: 0...20) func textOfEachLength(_ length: Int) {
        let word = String("abcdefghijklmnopqrstuvwxyz".prefix(length))
        #expect(ByteString(word).validText == word)
        #expect(ByteString(word).isText)
        let accented = word + "\u{e9}"
        #expect(ByteString(accented).validText == accented)
        #expect(ByteString(accented).isText)
        for end: UInt8 in [0x80, 0xc3, 0xff] {
            let broken = ByteString(bytes: Array(word.utf8) + [end])
            #expect(broken.validText == nil)
            #expect(!broken.isText)
        }
    }

    @Test func numbersInHexadecimal() {
        #expect(ByteString("0000000000001000").hexadecimalNumber == 0x1000)
        #expect(ByteString("1ffffffffff").hexadecimalNumber == 0x1ff_ffff_ffff)
        #expect(ByteString("ffffffffffffffff").hexadecimalNumber == .max)
        for text in ["", "10000000000000000", "0x1", "1g", " 1", "-1"] {
            #expect(ByteString(text).hexadecimalNumber == nil)
        }
    }

    @Test func joinsTexts() {
        #expect(ByteString(joining: [], separatedBy: ",") == "")
        #expect(ByteString(joining: ["cpu"], separatedBy: ",") == "cpu")
        #expect(ByteString(joining: ["cpu", "cpuacct"], separatedBy: ",") == "cpu,cpuacct")
    }

    @Test func endsWithNULForTheKernel() {
        Self.latin.withCString { #expect(ByteString(cString: $0) == Self.latin) }
        ByteString().withCString { #expect($0.pointee == 0) }
    }

    @Test func showsBytesThatAreNoText() {
        #expect(Self.latin.text == "lat\\xe9")
        #expect(Self.latin.validText == nil)
        #expect(ByteString("ä\u{301}€𝄞").text == "ä\u{301}€𝄞")
        #expect(ByteString(bytes: [0xe2, 0x82, 0x41, 0xc3, 0xa4, 0x0, 0xf0]).text == "\\xe2\\x82Aä\0\\xf0")
    }
}
