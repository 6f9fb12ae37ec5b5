import ByteStrings
import Testing

@testable import apus

@Suite struct ArgumentParserTests {
    /// What a line of words means to a command.
    private func parse(
        _ words: [ByteString], _ flags: [Flag], rule: PositionalRule = .interspersed
    ) throws(UsageError) -> ParsedArguments {
        var result = ParsedArguments()
        _ = try ArgumentParser(flags: flags + Flag.global, rule: rule).parse(words, from: 0, into: &result)
        return result
    }

    private func complaint(_ words: [ByteString], _ flags: [Flag]) -> String? {
        do throws(UsageError) {
            _ = try parse(words, flags)
            return nil
        } catch {
            return error.message
        }
    }

    private static var createFlags: [Flag] {
        [.bundle, .consoleSocket, .pidFile, .noPivot, .noSubreaper, .preserveFDs, .detach]
    }
    private static var execFlags: [Flag] {
        [.tty, .detach, .env, .additionalGids, .process, .preserveFDs, .cwd]
    }

    @Test(arguments: [
        ["--bundle", "B", "c"], ["--bundle=B", "c"], ["-bundle", "B", "c"], ["-bundle=B", "c"], ["-b", "B", "c"],
        ["-b=B", "c"], ["c", "--bundle", "B"], ["c", "-b=B"], ["--bundle", "A", "c", "--bundle=B"],
    ])
    func spellingsOfAValue(words: [ByteString]) throws {
        let result = try parse(words, Self.createFlags)
        #expect(result.text(.bundle) == "B")
        #expect(result.positionals == ["c"])
    }

    @Test func valuesMayLookLikeFlagsAndMayBeEmpty() throws {
        #expect(try parse(["--bundle", "--debug", "c"], Self.createFlags).text(.bundle) == "--debug")
        #expect(try parse(["--bundle=", "c"], Self.createFlags).text(.bundle) == "")
        #expect(try parse(["--bundle", "", "c"], Self.createFlags).text(.bundle) == "")
        #expect(try parse(["--bundle=a=b", "c"], Self.createFlags).text(.bundle) == "a=b")
        #expect(try parse(["", "-"], Self.createFlags).positionals == ["", "-"])
    }

    @Test func toggles() throws {
        #expect(try parse(["--no-pivot"], Self.createFlags).isOn(.noPivot))
        #expect(try parse(["-no-subreaper"], Self.createFlags).isOn(.noSubreaper))
        #expect(try parse(["--no-pivot=false"], Self.createFlags).toggle(.noPivot) == false)
        #expect(try parse(["--no-pivot=T"], Self.createFlags).toggle(.noPivot) == true)
        #expect(try parse([], Self.createFlags).toggle(.noPivot) == nil)
        #expect(try parse(["--no-pivot", "--no-pivot=0"], Self.createFlags).toggle(.noPivot) == false)
        let result = try parse(["--debug", "foo"], Self.createFlags)
        #expect(result.isOn(.debug))
        #expect(result.positionals == ["foo"])
    }

    @Test func lettersMayBeCombined() throws {
        let result = try parse(["-td", "c"], Self.execFlags)
        #expect(result.isOn(.tty))
        #expect(result.isOn(.detach))
        let withValue = try parse(["-dte", "A=1", "c"], Self.execFlags)
        #expect(withValue.isOn(.tty))
        #expect(withValue.texts(.env) == ["A=1"])
        #expect(try parse(["-te=A=1", "c"], Self.execFlags).texts(.env) == ["A=1"])
        #expect(complaint(["-tx"], Self.execFlags) == "flag provided but not defined: -tx")
        #expect(complaint(["-et", "A=1"], Self.execFlags) == "flag provided but not defined: -et")
        #expect(complaint(["--td"], Self.execFlags) == "flag provided but not defined: -td")
    }

    @Test func listsAccumulateAndKeepCommas() throws {
        let result = try parse(
            ["-e", "X=1,2", "--env", "Y=3", "-g", "1", "--additional-gids=0x10", "c"], Self.execFlags)
        #expect(result.texts(.env) == ["X=1,2", "Y=3"])
        #expect(result.integers(.additionalGids) == [1, 16])
    }

    @Test func globalFlagsBehindTheCommand() throws {
        let result = try parse(["c", "--root", "/r", "--log-format=json"], Self.createFlags)
        #expect(result.text(.root) == "/r")
        #expect(result.text(.logFormat) == "json")
        #expect(result.positionals == ["c"])
    }

    @Test func dashesEndTheFlags() throws {
        let result = try parse(["--no-pivot", "--", "--bundle", "--"], Self.createFlags)
        #expect(result.positionals == ["--bundle", "--"])
        #expect(result.text(.bundle) == nil)
    }

    @Test(arguments: [
        (["c", "ls", "-l"], ["c", "ls", "-l"]),
        (["--tty", "c", "ls", "--tty=x", "--", "a"], ["c", "ls", "--tty=x", "--", "a"]),
        (["--", "c", "ls"], ["c", "ls"]),
        (["c", "--", "ls", "-l"], ["c", "ls", "-l"]),
        (["c", "sh", "--", "x"], ["c", "sh", "--", "x"]),
        (["c", "--help"], ["c", "--help"]),
    ])
    func flagsOfTheProgramToRun(words: [ByteString], positionals: [ByteString]) throws {
        #expect(try parse(words, Self.execFlags, rule: .stopAtFirst).positionals == positionals)
    }

    @Test(arguments: [
        (["--all", "c", "9"], ["c", "9"], true),
        (["c", "9", "--all"], ["c", "9"], true),
        (["c", "-a", "KILL"], ["c", "KILL"], true),
        (["c", "-9"], ["c", "-9"], false),
        (["c", "-9", "--all=true"], ["c", "-9"], true),
        (["c", "--root"], ["c", "--root"], false),
        (["c", "--", "-9"], ["c", "-9"], false),
    ])
    func signalsThatLookLikeFlags(words: [ByteString], positionals: [ByteString], all: Bool) throws {
        let result = try parse(words, [.killAll], rule: .stopAtFirstExcept("all"))
        #expect(result.positionals == positionals)
        #expect(result.isOn(.killAll) == all)
    }

    @Test(arguments: [
        (["--nosuch"], "flag provided but not defined: -nosuch"),
        (["-nosuch=1"], "flag provided but not defined: -nosuch"),
        (["-fjson"], "flag provided but not defined: -fjson"),
        (["--root"], "flag needs an argument: --root"),
        (["-root"], "flag needs an argument: -root"),
        (["c", "-b"], "flag needs an argument: -b"),
        (["---root", "x"], "bad flag syntax: ---root"),
        (["--=x"], "bad flag syntax: --=x"),
        (["--debug=foo"], "invalid value \"foo\" for flag -debug: parse error"),
        (["--debug="], "invalid value \"\" for flag -debug: parse error"),
        (
            ["--preserve-fds", "x"],
            "invalid value \"x\" for flag -preserve-fds: strconv.ParseInt: parsing \"x\": invalid syntax"
        ),
        (
            ["--preserve-fds=9223372036854775808"],
            "invalid value \"9223372036854775808\" for flag -preserve-fds: "
                + "strconv.ParseInt: parsing \"9223372036854775808\": value out of range"
        ),
    ])
    func complaints(words: [ByteString], text: String) {
        #expect(complaint(words, Self.createFlags) == text)
    }

    @Test func globalFlagsEndAtTheCommand() throws {
        let parser = ArgumentParser(flags: Flag.global, rule: .stopAtFirst)
        var result = ParsedArguments()
        #expect(
            try parser.parse(["apus", "--root", "/r", "state", "--x"], from: 1, into: &result, untilPositional: true)
                == 3)
        #expect(try parser.parse(["apus", "--debug"], from: 1, into: &result, untilPositional: true) == 2)
        #expect(try parser.parse(["apus", "--", "state"], from: 1, into: &result, untilPositional: true) == 2)
    }
}

/// Words that are no text, or whose characters melt with what separates a flag from its value.
@Suite struct ForeignWordTests {
    @Test(arguments: [
        ByteString(bytes: [0xe9]), "\u{301}x", "\u{600}", "\r\n", "=", "a=b",
        ByteString(bytes: [UInt8](repeating: 0xff, count: 9000)),
    ])
    func valuesAreBytes(_ value: ByteString) throws {
        for words: [ByteString] in [["--bundle=\(value)", "c"], ["--bundle", value, "c"], ["-b=\(value)", "c"]] {
            var result = ParsedArguments()
            _ = try ArgumentParser(flags: [.bundle], rule: .interspersed).parse(words, from: 0, into: &result)
            #expect(result.path(.bundle) == Path(value) && result.positionals == ["c"])
        }
    }
}
