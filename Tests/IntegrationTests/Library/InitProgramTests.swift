import Foundation
import Testing

/// Who is the first process of a library's container, and that a program with the library is never executed by surprise.
@Suite(.containers, .requires(.root, .runtime), .timeLimit(.minutes(10)))
struct InitProgramTests {
    private func probe(
        _ bundle: TestBundle, helper: String, _ words: String..., environment: [String: String] = [:]
    ) throws -> Output {
        try LibraryProbe.run(bundle, helper: helper, words, environment: environment)
    }

    @Test func theProgramItself() throws {
        let bundle = try TestBundle()
        let output = try probe(bundle, helper: "itself", "run", "sh", "-c", "echo $$; readlink /proc/1/exe")
        #expect(output.stdout == "1\n/bin/busybox\nstatus: exited with 0\n", "\(output)")
    }

    @Test func withoutTheCallNothingIsMade() throws {
        let bundle = try TestBundle()
        for helper in ["itself", "automatic"] {
            let output = try probe(bundle, helper: helper, "run", "true", environment: ["UNPREPARED": "1"])
            #expect(output.stdout.hasPrefix("error 11: "), "\(output)")
            #expect(!exists(bundle.stateRoot))
        }
    }

    @Test func anotherVersionIsRefused() throws {
        let bundle = try TestBundle()
        let other = try bundle.file("apus", "#!/bin/sh\necho apus 0.0.1 plan 1\n", mode: 0o755)
        let output = try probe(bundle, helper: other, "run", "true", environment: ["UNPREPARED": "1"])
        #expect(output.stdout.hasPrefix("error 12: "), "\(output)")
        #expect(!exists(bundle.stateRoot))
    }

    @Test func aProgramThatOthersCanChangeIsRefused() throws {
        let bundle = try TestBundle()
        let copy = bundle.path + "/apus"
        try Runtime.copyProgram(to: copy)
        chmod(copy, 0o777)
        let output = try probe(bundle, helper: copy, "run", "true", environment: ["UNPREPARED": "1"])
        #expect(output.stdout.hasPrefix("error 11: "), "\(output)")
        chmod(copy, 0o755)
        let right = try probe(bundle, helper: copy, "run", "true", environment: ["UNPREPARED": "1"])
        #expect(right.stdout == "status: exited with 0\n", "\(right)")
        let found = try probe(
            bundle, helper: "automatic", "run", "true", environment: ["UNPREPARED": "1", "PATH": bundle.path])
        #expect(found.stdout == "status: exited with 0\n", "\(found)")
    }
}
