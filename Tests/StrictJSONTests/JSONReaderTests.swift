import StrictJSON
import Testing

/// A value of any kind, for tests that read documents whole.
private indirect enum Value: Equatable {
    case object([(key: String, value: Value)])
    case array([Value])
    case string(String)
    case integer(Int64)
    case number(String)
    case boolean(Bool)
    case null

    static func == (a: Value, b: Value) -> Bool {
        switch (a, b) {
        case (.object(let a), .object(let b)):
            a.map(\.key) == b.map(\.key) && a.map(\.value) == b.map(\.value)
        case (.array(let a), .array(let b)): a == b
        case (.string(let a), .string(let b)): a == b
        case (.integer(let a), .integer(let b)): a == b
        case (.number(let a), .number(let b)): a == b
        case (.boolean(let a), .boolean(let b)): a == b
        case (.null, .null): true
        default: false
        }
    }

    init(_ reader: inout JSONReader) throws(JSONSyntaxError) {
        switch try reader.peek() {
        case .object:
            var members: [(key: String, value: Value)] = []
            try reader.beginObject()
            while try reader.nextMember() {
                let key = reader.string(of: reader.key)
                members.append((key, try Value(&reader)))
            }
            self = .object(members)
        case .array:
            var elements: [Value] = []
            try reader.beginArray()
            while try reader.nextElement() { elements.append(try Value(&reader)) }
            self = .array(elements)
        case .string: self = .string(try reader.readString())
        case .number:
            let number = try reader.readNumber()
            self = number.signed.map(Value.integer) ?? .number(reader.text(of: number))
        case .boolean: self = .boolean(try reader.readBoolean())
        case .null:
            try reader.readNull()
            self = .null
        }
    }

    func write(to writer: inout JSONWriter) {
        switch self {
        case .object(let members):
            writer.beginObject()
            for (key, value) in members {
                writer.key(key)
                value.write(to: &writer)
            }
            writer.endObject()
        case .array(let elements):
            writer.beginArray()
            for element in elements { element.write(to: &writer) }
            writer.endArray()
        case .string(let text): writer.string(text)
        case .integer(let integer): writer.integer(integer)
        case .number(let text): writer.value(encoded: Array(text.utf8))
        case .boolean(let boolean): writer.boolean(boolean)
        case .null: writer.null()
        }
    }
}

private func parse(_ bytes: [UInt8]) -> Result<Value, JSONSyntaxError> {
    do throws(JSONSyntaxError) {
        var reader = try JSONReader(bytes)
        let value = try Value(&reader)
        try reader.finish()
        return .success(value)
    } catch {
        return .failure(error)
    }
}

/// Skipping must find the same mistakes at the same places as reading.
private func skip(_ bytes: [UInt8]) -> JSONSyntaxError? {
    do throws(JSONSyntaxError) {
        var reader = try JSONReader(bytes)
        try reader.skipValue()
        try reader.finish()
        return nil
    } catch {
        return error
    }
}

private func message(_ text: String) -> String? {
    let bytes = Array(text.utf8)
    switch parse(bytes) {
    case .success: return nil
    case .failure(let error):
        #expect(skip(bytes) == error)
        return error.message
    }
}

@Suite struct JSONReaderTests {
    @Test func readsEveryKind() throws {
        let text = """
             { "a" : [ 1 , -2, 0, true, false, null, "x", {}, [] ], "b\\n": {"c":{"d":[[[]]]}}, "": "" }\u{20}
            """
        let expected = Value.object([
            (
                "a",
                .array([
                    .integer(1), .integer(-2), .integer(0), .boolean(true), .boolean(false), .null, .string("x"),
                    .object([]), .array([]),
                ])
            ),
            ("b\n", .object([("c", .object([("d", .array([.array([.array([])])]))]))])),
            ("", .string("")),
        ])
        #expect(try parse(Array(text.utf8)).get() == expected)
        #expect(skip(Array(text.utf8)) == nil)
    }

    @Test func tellsMistakesInTheWordsOfGo() {
        #expect(message("") == "EOF")
        #expect(message(" \n\t ") == "EOF")
        #expect(message("{") == "unexpected EOF")
        #expect(message("{]") == "invalid character ']' looking for beginning of object key string")
        #expect(message(#"{"a":1,}"#) == "invalid character '}' looking for beginning of object key string")
        #expect(message(#"{"a":1 "b":2}"#) == "invalid character '\"' after object key:value pair")
        #expect(message(#"{"a" 1}"#) == "invalid character '1' after object key")
        #expect(message("[1,]") == "invalid character ']' looking for beginning of value")
        #expect(message("[,1]") == "invalid character ',' looking for beginning of value")
        #expect(message("[1 2]") == "invalid character '2' after array element")
        #expect(message("{} x") == "invalid character 'x' after top-level value")
        #expect(message("01") == "invalid character '1' after top-level value")
        #expect(message("-") == "unexpected EOF")
        #expect(message("-x") == "invalid character 'x' in numeric literal")
        #expect(message("1.") == "unexpected EOF")
        #expect(message("[1.]") == "invalid character ']' after decimal point in numeric literal")
        #expect(message("[1e+]") == "invalid character ']' in exponent of numeric literal")
        #expect(message("+1") == "invalid character '+' looking for beginning of value")
        #expect(message("trux") == "invalid character 'x' in literal true (expecting 'e')")
        #expect(message("nul") == "unexpected EOF")
        #expect(message("fals3") == "invalid character '3' in literal false (expecting 'e')")
        #expect(message("'a'") == #"invalid character '\'' looking for beginning of value"#)
        #expect(message("\"a\nb\"") == #"invalid character '\n' in string literal"#)
        #expect(message("\"\u{1}\"") == #"invalid character '\x01' in string literal"#)
        #expect(message(#""\q""#) == "invalid character 'q' in string escape code")
        #expect(message(#""\u12x4""#) == #"invalid character 'x' in \u hexadecimal character escape"#)
        #expect(message("\u{FEFF}{}") == "invalid character 'ï' looking for beginning of value")
        #expect(message(#""\ud800""#) == #"unpaired surrogate in \u hexadecimal character escape"#)
        #expect(message(#""\ud800"#) == "unexpected EOF")
        #expect(message(#""\ud800\"#) == "unexpected EOF")
        #expect(message(#""\udc00\ud800""#) == #"unpaired surrogate in \u hexadecimal character escape"#)
        #expect(message(#""\ud800\u0041""#) == #"unpaired surrogate in \u hexadecimal character escape"#)
        #expect(message(#""\ud800\n""#) == #"unpaired surrogate in \u hexadecimal character escape"#)
    }

    @Test func resolvesEscapes() throws {
        let text = #"["\"\\\/\b\f\n\r\t","\u0041\u00e9\u20AC\ud83d\ude00","\u0000","é€😀"]"#
        let expected = Value.array([
            .string("\"\\/\u{8}\u{C}\n\r\t"), .string("Aé€😀"), .string("\0"), .string("é€😀"),
        ])
        #expect(try parse(Array(text.utf8)).get() == expected)
    }

    @Test func takesMembersThatStandAsWritten() throws {
        var reader = try JSONReader(Array(#"{"a":1,"long-name":2, "b":3,"c" :4,"d":5}"#.utf8))
        var found: [String] = []
        func take(_ names: [StaticString], _ reader: inout JSONReader) throws {
            for name in names where reader.nextMember(ifWritten: name) {
                _ = try reader.peek()
                found.append("\(name)=\(try reader.readNumber().value() ?? 0)")
            }
        }
        try reader.beginObject()
        try take(["long-name", "", "a", "a", "long-namf", "kong-name", "name"], &reader)
        #expect(found == ["a=1"])
        try take(["long-name", "b"], &reader)
        #expect(found == ["a=1", "long-name=2"])
        for name: StaticString in ["b", "c"] {
            // Blanks are for the other way.
            try take([name], &reader)
            let isNext = try reader.nextMember() && reader.isKey(name)
            #expect(isNext)
            try reader.skipValue()
        }
        try take(["d", "e"], &reader)
        #expect(found == ["a=1", "long-name=2", "d=5"])
        let more = try reader.nextMember()
        #expect(!more)
        try reader.finish()
    }

    @Test(arguments: ["{", "{\"", "{\"a", "{\"a\"", "{}", "{\"a\":1", "{\"a\":1,"]) func nothingIsAsWritten(
        _ text: String
    ) throws {
        var reader = try JSONReader(Array(text.utf8))
        try reader.beginObject()
        if reader.nextMember(ifWritten: "a") {
            _ = try reader.peek()
            _ = try reader.readNumber()
        }
        let more = reader.nextMember(ifWritten: "a")
        #expect(!more)
    }

    @Test func notesNUL() throws {
        var reader = try JSONReader(Array(#"["a","\u0000"]"#.utf8))
        try reader.beginArray()
        _ = try reader.nextElement()
        _ = try reader.peek()
        _ = try reader.readString()
        let before = reader.hasSeenNUL
        #expect(!before)
        _ = try reader.nextElement()
        try reader.skipValue()
        let after = reader.hasSeenNUL
        #expect(after)
    }

    @Test(
        arguments: [
            [0x80], [0xC0, 0x80], [0xC1, 0xBF], [0xE0, 0x80, 0x80], [0xED, 0xA0, 0x80], [0xEF, 0xBF],
            [0xF0, 0x80, 0x80, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xF5, 0x80, 0x80, 0x80], [0xFF], [0xE2, 0x28, 0xA1],
            [0xC3, 0x22],
        ] as [[UInt8]])
    func refusesWhatIsNotUTF8(_ sequence: [UInt8]) {
        let bytes = [UInt8(ascii: "\"")] + sequence + [UInt8(ascii: "\"")]
        #expect(parse(bytes) == .failure(JSONSyntaxError(.invalidUTF8, at: 1)))
        #expect(skip(bytes) == JSONSyntaxError(.invalidUTF8, at: 1))
    }

    @Test func readsIntegersExactly() throws {
        func number(_ text: String) throws -> JSONNumber {
            var reader = try JSONReader(Array(text.utf8))
            return try reader.readNumber()
        }
        #expect(try number("9223372036854775807").signed == Int64.max)
        #expect(try number("-9223372036854775808").signed == Int64.min)
        #expect(try number("-9223372036854775809").signed == nil)
        #expect(try number("9223372036854775808").signed == nil)
        #expect(try number("18446744073709551615").unsigned == UInt64.max)
        #expect(try number("18446744073709551616").unsigned == nil)
        #expect(try number("9223372036854772000").signed == 9_223_372_036_854_772_000)
        #expect(try number("-1").unsigned == nil)
        #expect(try number("-0").unsigned == 0)
        #expect(try number("1.0").signed == nil)
        #expect(try number("1e3").unsigned == nil)
        #expect(try number(String(repeating: "9", count: 10000)).unsigned == nil)
    }

    @Test func boundsDepthAndSize() throws {
        func nest(_ depth: Int) -> [UInt8] {
            Array(String(repeating: "[", count: depth).utf8) + Array(String(repeating: "]", count: depth).utf8)
        }
        #expect(skip(nest(128)) == nil)
        #expect(skip(nest(129)) == JSONSyntaxError(.tooDeep(limit: 128), at: 128))
        #expect(skip(Array(repeating: UInt8(ascii: "["), count: 100_000))?.message == "exceeded max depth of 128")
        #expect(throws: JSONSyntaxError(.tooLarge(limit: 3), at: 3)) {
            _ = try JSONReader(Array("1234".utf8), maximumSize: 3).offset
        }
        let wide = "[" + String(repeating: "[],", count: 100_000) + "0]"
        #expect(skip(Array(wide.utf8)) == nil)
    }

    @Test func stopsAtTheFirstByteOfEveryTruncation() {
        let text = Array(#"{"a":[1,-2.5e+3,true,false,null,"é\n\ud83d\ude00"],"b":{"c":{}}}"#.utf8)
        for count in 0..<text.count {
            let bytes = Array(text.prefix(count))
            guard case .failure(let error) = parse(bytes) else {
                Issue.record("accepted \(count) bytes")
                continue
            }
            #expect(skip(bytes) == error)
        }
    }

    @Test func neverTrapsOnRandomBytes() {
        var generator = SplitMix(state: 42)
        let alphabet = Array(#"{}[]",:0123456789.eE+-truefalsn\u "#.utf8) + [0x00, 0x0A, 0x80, 0xC3, 0xE2, 0xF0, 0xFF]
        for _ in 0..<20_000 {
            let count = Int.random(in: 0...40, using: &generator)
            let bytes = (0..<count).map { _ in alphabet[Int.random(in: 0..<alphabet.count, using: &generator)] }
            if case .failure(let error) = parse(bytes) {
                #expect(skip(bytes) == error)
                #expect(error.offset <= bytes.count)
            } else {
                #expect(skip(bytes) == nil)
            }
        }
    }

    @Test func writesWhatItReads() throws {
        let text = #"{"a":[1,-2,{"b":[],"c":{}},"\u003cx\u003e\u0026 \u2028\u2029\"\\\n\u0001é"],"d":null,"e":true}"#
        let value = try parse(Array(text.utf8)).get()
        var writer = JSONWriter()
        value.write(to: &writer)
        #expect(String(decoding: writer.bytes, as: UTF8.self) == text)
        for indent in [JSONWriter.Indent.tab, .blanks(0), .blanks(2)] {
            var writer = JSONWriter(indent: indent)
            value.write(to: &writer)
            #expect(try parse(writer.bytes).get() == value)
        }
    }
}

@Suite struct JSONWriterTests {
    @Test func breaksLinesAsGoDoes() {
        var writer = JSONWriter(indent: .blanks(2))
        writer.beginObject()
        writer.key("a")
        writer.beginArray()
        writer.integer(Int64.min)
        writer.integer(UInt64.max)
        writer.integer(0)
        writer.beginObject()
        writer.endObject()
        writer.beginArray()
        writer.endArray()
        writer.endArray()
        writer.key("b\"")
        writer.string("c")
        writer.endObject()
        let expected = """
            {
              "a": [
                -9223372036854775808,
                18446744073709551615,
                0,
                {},
                []
              ],
              "b\\"": "c"
            }
            """
        #expect(String(decoding: writer.bytes, as: UTF8.self) == expected)
    }
}

@Suite struct PropertyPathTests {
    @Test func findsThePathOfEveryPlace() {

        let text = #"{"a":{"b":[1,{"c d":2}]},"e.f":[[3],4],"g":x"#
        let bytes = Array(text.utf8)
        func offset(_ byte: Character) -> Int { bytes.firstIndex(of: byte.asciiValue ?? 0) ?? 0 }
        let places = (["1", "2", "3", "4"] as [Character]).map(offset)
        let paths = PropertyPath.paths(at: places.reversed() + [0, 1, 400], in: bytes).map(\.text)
        #expect(paths == [#"["e.f"][1]"#, #"["e.f"][0][0]"#, #"a.b[1]["c d"]"#, "a.b[0]", "", "", ""])
    }

    @Test func cutsLongKeys() {
        let key = String(repeating: "k", count: 10_000)
        #expect(PropertyPath("a").member(key).text.utf8.count < 200)
        #expect(PropertyPath().member("a").member("b-c").element(3).member("x\n").text == #"a.b-c[3]["x\n"]"#)
    }

    @Test func countsLinesAndColumns() {
        let bytes = Array("a\nbé€c\n".utf8)
        let location = TextLocation(of: 8, in: bytes)
        #expect(location.line == 2)
        #expect(location.column == 4)
        #expect(TextLocation(of: 9, in: bytes).line == 2)
        #expect(TextLocation(of: 10, in: bytes).line == 3)
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
