import ContainerRuntime
import LinuxKernel
import Testing

@testable import ContainerInit
@testable import ContainerPlan
@testable import ContainerSteps
@testable import apus

@Suite struct LogRecordTests {
    private static let time = LocalTime(
        year: 2026, month: 11, day: 4, hour: 1, minute: 16, second: 7, offset: 0)

    private func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

    @Test func plainForms() {
        let record = LogRecord(level: .error, message: "container does not exist")
        #expect(
            text(record.text(at: Self.time))
                == "time=\"2026-11-04T01:16:07Z\" level=error msg=\"container does not exist\"\n")
        #expect(
            text(record.json(at: Self.time))
                == "{\"level\":\"error\",\"msg\":\"container does not exist\",\"time\":\"2026-11-04T01:16:07Z\"}\n")
        #expect(
            text(record.colored(afterSeconds: 0))
                == "\u{1b}[31mERRO\u{1b}[0m[0000] container does not exist                     \n")
    }

    @Test func placesAndFields() {
        var record = LogRecord(level: .warning, message: "ok")
        record.function = "run()"
        record.place = "apus/Program.swift:21"
        #expect(
            text(record.text(at: Self.time))
                == "time=\"2026-11-04T01:16:07Z\" level=warning msg=ok func=\"run()\" file=\"apus/Program.swift:21\"\n")
        record.fields = [
            LogRecord.Field(key: "warnings", value: .texts(["a", "b"])),
            LogRecord.Field(key: "errno", value: .text("ENOENT")),
        ]
        #expect(
            text(record.json(at: Self.time))
                == "{\"errno\":\"ENOENT\",\"file\":\"apus/Program.swift:21\",\"func\":\"run()\",\"level\":\"warning\","
                + "\"msg\":\"ok\",\"time\":\"2026-11-04T01:16:07Z\",\"warnings\":[\"a\",\"b\"]}\n")
    }

    @Test func zones() {
        func zone(_ offset: Int) -> String {
            LocalTime(year: 2026, month: 1, day: 2, hour: 3, minute: 4, second: 5, offset: offset).rfc3339
        }
        #expect(zone(0) == "2026-01-02T03:04:05Z")
        #expect(zone(19800) == "2026-01-02T03:04:05+05:30")
        #expect(zone(-12600) == "2026-01-02T03:04:05-03:30")
    }

    @Test(arguments: [
        ("a b", #""a b""#), (#"say "x"\"#, #""say \"x\"\\""#), ("a\nb\tc\rd", #""a\nb\tc\rd""#),
        ("\u{07}\u{08}\u{0b}\u{0c}\u{01}\u{7f}", #""\a\b\v\f\x01\x7f""#), ("größe €", "\"größe €\""),
        ("\u{a0}\u{200b}\u{e000}\u{10ffff}", #""\u00a0\u200b\ue000\U0010ffff""#), ("😀", "\"😀\""), ("", "\"\""),
    ])
    func quotingAsGoDoes(plain: String, expected: String) {
        #expect(quoted(plain) == expected)
    }

    @Test func bareValues() {
        func value(_ text: String) -> String {
            var bytes: [UInt8] = []
            appendLogValue(text, to: &bytes)
            return String(decoding: bytes, as: UTF8.self)
        }
        #expect(value("aZ09-._/@^+") == "aZ09-._/@^+")
        #expect(value("a:b") == "\"a:b\"")
        #expect(value("ä") == "\"ä\"")
        #expect(value("") == "")
    }

    @Test func markupIsEscapedInJSON() {
        let record = LogRecord(level: .info, message: "<a> & \"b\"\u{2028}")
        #expect(
            text(record.json(at: Self.time))
                == #"{"level":"info","msg":"\u003ca\u003e \u0026 \"b\"\u2028","time":"2026-11-04T01:16:07Z"}"# + "\n")
    }
}
