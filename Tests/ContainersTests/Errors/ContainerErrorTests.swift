import LinuxKernel
import RuntimeSpec
import Testing

@testable import ContainerInit
@testable import ContainerPlan
@testable import ContainerRuntime
@testable import ContainerSteps

@Suite struct ContainerErrorTests {
    @Test func partsComeInTheirOrder() {
        let error = ContainerError(
            operation: "open", origin: Origin(.mounts, 3), member: ".source", value: quoted("/x"), subject: "/x",
            errno: .noSuchFileOrDirectory, reason: "why", remedy: "do it")
        #expect(error.property == "mounts[3].source")
        #expect(
            error.message == "mounts[3].source: \"/x\": open /x: why: no such file or directory (do it)")
        #expect(ContainerError(origin: Origin(.rule), member: ".x", reason: "why").message == "why")
        var capitalized = ContainerError(errno: .permissionDenied, reason: "why", remedy: "do it")
        capitalized.hasCapitalizedCause = true
        #expect(capitalized.message == "why: Permission denied (do it)")
    }

    @Test func aMessageIsOneLine() {
        let error = ContainerError(
            operation: "mount a\nb", origin: Origin(.mounts, 0), subject: "c\u{1b}[1m\u{85}\u{2028}d\r\te",
            reason: "f\u{0}g")
        #expect(error.message == "mounts[0]: mount a\\nb c\\x1b[1m\\x85\\u2028d\\r\\te: f\\x00g")
    }

    @Test(arguments: ["y", "é", "\n", "👩‍👩‍👧"]) func aMessageIsShort(_ character: String) {
        let long = String(repeating: character, count: 100_000)
        let error = ContainerError(
            operation: long, origin: Origin(.sysctl), member: long, value: long, subject: long,
            errno: .invalidArgument, reason: long)
        #expect(error.message.utf8.count < 70_000)
        #expect(error.message.hasSuffix(": invalid argument"))
        #expect(error.shortened.message.utf8.count < 70_000)
        #expect(Message.failed(error).bytes.count < 70_000)
    }

    @Test func aTextWithoutControlsStaysAsItIs() {
        for text in ["", "a \"b\" \\n", "é 日本 👍", String(repeating: "x", count: 1200)] {
            #expect(oneLine(text) == text)
        }
        #expect(oneLine(String(repeating: "x", count: 1201)).utf8.count == 1203)
    }

    @Test func entriesOfMapsHaveTheirKeys() {
        var spec = Spec(root: Root(path: "r"), linux: LinuxConfiguration())
        spec.linux?.sysctl = ["net.a": "1", "b": "2"]
        spec.linux?.netDevices = ["eth0": NetDevice()]
        spec.linux?.timeOffsets = [.boottime: TimeOffset(secs: 1, nanosecs: 0)]
        spec.mounts = [Mount(destination: "/x", type: "tmpfs", options: ["ro", "size=x", "mode=1"])]
        func path(_ property: Origin.Property, _ index: Int, _ member: String = "", _ value: String = "") -> String? {
            ContainerError(origin: Origin(property, index), member: member, value: value).located(in: spec).property
        }
        #expect(path(.sysctl, 0) == #"linux.sysctl["net.a"]"#)
        #expect(path(.sysctl, 1) == "linux.sysctl.b")
        #expect(path(.sysctl, 2) == "linux.sysctl[2]")
        #expect(path(.netDevices, 0, ".name") == "linux.netDevices.eth0.name")
        #expect(path(.timeOffsets, 0, ".secs") == "linux.timeOffsets.boottime.secs")
        #expect(path(.mounts, 0, ".options", quoted("size=x")) == "mounts[0].options[1]")
        #expect(path(.mounts, 0, ".options", quoted("other")) == "mounts[0].options")
        #expect(path(.mounts, 7, ".options", quoted("size=x")) == "mounts[7].options")
        #expect(path(.rlimits, 1, ".hard") == "process.rlimits[1].hard")
    }

    @Test func anErrorTravels() throws {
        let error = ContainerError(
            operation: "a", origin: Origin(.mounts, 3), member: ".b", value: "c", subject: "d",
            errno: .invalidArgument, reason: "e", remedy: "f")
        guard case .failed(let copy) = try Message(Message.failed(error).bytes) else {
            Issue.record("another message")
            return
        }
        #expect(copy.message == error.message)
        #expect(copy.property == error.property)
    }
}
