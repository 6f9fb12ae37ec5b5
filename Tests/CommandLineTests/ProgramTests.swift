import ContainerRuntime
import Foundation
import Testing

@testable import ContainerInit
@testable import ContainerPlan
@testable import ContainerSteps
@testable import apus

@Suite struct ProgramTests {
    @Test func helpOfTheProgram() throws {
        let help = HelpText.program()
        for arguments in [[], ["--help"], ["-h"], ["help"], ["h"], ["--debug"], ["--help", "state"]] {
            let run = try Apus(arguments)
            #expect(run.stdout == help, "\(arguments)")
            #expect(run.stderr == "")
            #expect(run.status == 0)
        }
    }

    @Test func helpOfACommand() throws {
        let help = HelpText.command(.start)
        for arguments in [
            ["help", "start"], ["h", "start"], ["start", "--help"], ["start", "-h"], ["start", "x", "--help"],
            ["start", "-help"], ["--root", "/nosuch", "start", "--help"],
        ] {
            let run = try Apus(arguments)
            #expect(run.stdout == help, "\(arguments)")
            #expect(run.stderr == "")
            #expect(run.status == 0)
        }
    }

    @Test func version() throws {
        for flag in ["--version", "-v", "-version"] {
            let run = try Apus(flag)
            #expect(run.status == 0)
            #expect(run.stderr == "")
            let lines = run.stdout.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
            #expect(lines.first == "apus version 0.1.0")
            #expect(lines.contains("spec: 1.3.0"))
            #expect(lines.last == "")
            #expect(lines.dropFirst().dropLast().allSatisfy { $0.contains(": ") })
        }
    }

    @Test func wrongFlags() throws {
        try withTemporaryDirectory { directory in
            let log = directory + "/log"
            let run = try Apus("--log", log, "start", "--nosuch=1", "c")
            #expect(run.stdout == HelpText.command(.start))
            #expect(
                run.timelessError == """
                    Incorrect Usage: flag provided but not defined: -nosuch

                    time=T level=error msg="flag provided but not defined: -nosuch"

                    """)
            #expect(run.status == 1)
            #expect(!FileManager.default.fileExists(atPath: log))
        }
        let global = try Apus("--root")
        #expect(global.stdout == HelpText.program())
        #expect(global.stderr.hasPrefix("Incorrect Usage: flag needs an argument: --root\n\n"))
        #expect(global.status == 1)
    }

    @Test(arguments: [
        (["start"], "\"start\" requires exactly 1 argument(s)"),
        (["start", "a", "b"], "\"start\" requires exactly 1 argument(s)"),
        (["list", "a"], "\"list\" requires exactly 0 argument(s)"),
        (["kill"], "\"kill\" requires a minimum of 1 argument(s)"),
        (["kill", "a", "9", "b"], "\"kill\" requires a maximum of 2 argument(s)"),
        (["exec"], "\"exec\" requires a minimum of 1 argument(s)"),
    ])
    func wrongNumberOfArguments(arguments: [String], complaint: String) throws {
        let command = try #require(Command.named(arguments[0]))
        let plain = try Apus(arguments)
        #expect(plain.stdout == "Incorrect Usage.\n\n" + HelpText.command(command))
        #expect(plain.timelessError == "time=T level=error msg=" + quoted(Apus.path + ": " + complaint) + "\n")
        #expect(plain.status == 1)
        let json = try Apus(["--log-format", "json"] + arguments)
        #expect(json.stderr.hasPrefix("{\"level\":\"error\",\"msg\":"))
    }

    @Test(arguments: [["nosuch"], ["help", "nosuch"], ["--debug=false", "init"], ["h", "nosuch", "x"]])
    func unknownCommands(arguments: [String]) throws {
        let run = try Apus(arguments)
        #expect(run.stdout == "")
        #expect(run.timelessError.hasPrefix("time=T level=error msg=\"No help topic for '"))
        #expect(run.status == 3)
    }

    @Test func logFiles() throws {
        try withTemporaryDirectory { directory in
            for _ in 1...2 {
                let run = try Apus("--log", "log", "--log-format=json", "nosuch", directory: directory)
                #expect(run.stderr == "No help topic for 'nosuch'\n")
                #expect(run.status == 3)
            }
            let log = try String(contentsOfFile: directory + "/log", encoding: .utf8)
            let lines = log.split(separator: "\n")
            #expect(lines.count == 2)
            for line in lines {
                let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: String]
                #expect(object?["level"] == "error")
                #expect(object?["msg"] == "No help topic for 'nosuch'")
                #expect(object?["time"].flatMap { ISO8601DateFormatter().date(from: $0) } != nil)
            }
            let mode = try FileManager.default.attributesOfItem(atPath: directory + "/log")[.posixPermissions] as? Int
            #expect(mode.map { $0 & 0o133 } == 0)
        }
    }

    @Test(arguments: [
        (["--log-format", "xml", "list"], "time=T level=error msg=\"invalid log-format: xml\"\n"),
        (["--log-level", "loud", "list"], "time=T level=error msg=\"invalid log-level: loud\"\n"),
        (["--log", "/nosuch/log", "list"], "time=T level=error msg=\"open /nosuch/log: no such file or directory\"\n"),
        (
            ["--log-format=json", "--log", "/nosuch/log", "list"],
            "{\"level\":\"error\",\"msg\":\"open /nosuch/log: no such file or directory\",\"time\":T}\n"
        ),
        (["--root", "/", "list"], "time=T level=error msg=\"Option --root argument should not be set to /\"\n"),
        (["list", "--root=/a/.."], "time=T level=error msg=\"Option --root argument should not be set to /\"\n"),
    ])
    func wrongGlobalValues(arguments: [String], error: String) throws {
        let run = try Apus(arguments)
        #expect(run.timelessError == error)
        #expect(run.stdout == "")
        #expect(run.status == 1)
    }

    @Test func debugRecordsNameTheirPlace() throws {
        let run = try Apus("--debug", "nosuch")
        #expect(
            run.stderr.contains(/\ msg="No help topic for 'nosuch'" func="[^"]+" file="apus\/[A-Za-z]+\.swift:\d+"\n$/))
        let json = try Apus("--debug", "--log-format", "json", "nosuch")
        #expect(json.stderr.hasPrefix("{\"file\":\"apus/"))
    }
}
