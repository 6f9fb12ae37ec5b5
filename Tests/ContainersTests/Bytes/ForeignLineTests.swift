import ByteStrings
import LinuxKernel
import RuntimeSpec
import Testing

@testable import ContainerInit
@testable import ContainerPlan
@testable import ContainerRuntime
@testable import ContainerSteps

/// The lines of the kernel's and of others' files, with names that are no text or that melt with what separates them.
@Suite struct ForeignLineTests {
    static let names: [ByteString] = [
        "plain", "p\u{600}", "\u{301}q", ByteString(bytes: [0x6c, 0xe9]), ByteString(bytes: [0xff, 0xfe]), "e\u{301}",
        "\r",
        ByteString(bytes: [UInt8](repeating: 0xcc, count: 5000)),
    ]

    @Test(arguments: names) func mountinfo(_ name: ByteString) {
        let line: ByteString = "36 35 98:0 /\(name) /mnt/\(name)\\040x rw,noatime master:1 - ext3 /dev/root rw\n"
        let entries = MountTable.entries((line + line).bytes)
        #expect(entries.count == 2)
        #expect(entries.last?.root == "/\(name)" && entries.last?.point == "/mnt/\(name) x")
        #expect(entries.last?.type == "ext3")
    }

    @Test(arguments: names) func passwd(_ name: ByteString) {
        let file: ByteString = "\(name):x:7:7:\(name):/home/\(name):/bin/sh\nroot:x:0:0:root:/root:/bin/\(name)\r\n"
        #expect(PasswordFile(file.bytes).home(of: 7) == "/home/\(name)")
        #expect(PasswordFile(file.bytes).home(of: 0) == "/root")
        #expect(PasswordFile(file.bytes).home(of: 8) == nil)
    }

    @Test(arguments: names) func processStatus(_ name: ByteString) {
        let fields = (0..<20).map { String($0 + 100) }.joined(separator: " ")
        let line: ByteString = "12 (\(name)) x) S \(fields)"
        let facts = ProcessFacts(line: line.bytes)
        #expect(facts?.state == UInt8(ascii: "S") && facts?.startTime == 118)
    }

    /// The line of a kernel without the last fields, and lines that say nothing.
    @Test(arguments: ["", "(", ")", "()", "1 (a)", "1 (a) ", "1 (a) S", "1 )a( S 1", "1 (a) S 1 -1 x", "1 a S 1"])
    func noProcessStatus(_ line: String) { #expect(ProcessFacts(line: Array(line.utf8)) == nil) }

    @Test func allOfAProcessStatus() {
        var line = "1 (x) Z"
        for field in 4...52 { line += field == 9 ? " 4" : field == 8 ? " -1" : " " + String(field * 1000) }
        let facts = ProcessFacts(line: Array((line + "\n").utf8))
        #expect(facts?.isEnding == true && facts?.isAlive == false)
        #expect(facts?.startTime == 22000 && facts?.endStatus == 52000 && facts?.name == "x")
    }

    @Test func whoLives() throws {
        let own = try #require(try ProcessFacts.of(processIdentifier))
        // The second one is found from /proc, which is open by then.
        var processes = NearbyDirectory()
        for _ in 0..<3 {
            #expect(try ProcessFacts.isAlive(processIdentifier, since: own.startTime, near: &processes))
            #expect(try !ProcessFacts.isAlive(processIdentifier, since: own.startTime + 1, near: &processes))
            #expect(try !ProcessFacts.isAlive(.max, since: 1, near: &processes))
        }
    }

    @Test(arguments: [
        "READY=1", "READY=1\n", "STATUS=x\nREADY=1\nMAINPID=1", "READY=1\r\nMAINPID=1\r\n", "A\r\nREADY=1\r",
    ])
    func readiness(_ message: String) { #expect(NotifySocket.saysReady(Array(message.utf8))) }

    @Test(arguments: ["", "READY=0", "READY=10", "XREADY=1", "READY=1\u{301}", "STATUS=\u{600}READY=1", "READY"])
    func otherMessages(_ message: String) { #expect(!NotifySocket.saysReady(Array(message.utf8))) }

    @Test(arguments: names) func mountData(_ name: ByteString) {
        let data: ByteString = "a=\(name),b=\"\(name),\(name)\",\(name)"
        let options = MountData.options(data)
        #expect(options.count == 3)
        #expect(options[0] == MountData.Option(key: "a", value: name))
        #expect(options[1].value == "\(name),\(name)")
        #expect(MountData.removing("a", from: data) == "b=\"\(name),\(name)\",\(name)")
        #expect(MountData.overlay("lowerdir=\(name):/\(name)", below: "/b") == "lowerdir=/b/\(name):/\(name)")
        #expect(MountData.layers("\(name):/\(name)") == [name, "/\(name)"])
    }

    @Test(arguments: names) func searchPath(_ name: ByteString) {
        #expect(throws: ContainerError.self) {
            try ProgramLookup(environment: ["PATH=/\(name):\(name)"]).find("no\(name)")
        }
    }

    @Test(arguments: names) func theStateKeepsEveryByteOfTheBundle(_ name: ByteString) throws {
        var record = StateRecord(id: "box", created: "", bundle: "/b/\(name)", rootfs: "/b/\(name)/rootfs")
        record.annotations = ["e\u{301}": "1", "\u{e9}": "2"]
        let read = try StateRecord(decoding: record.encoded)
        #expect(read.bundle == record.bundle && read.rootfs == record.rootfs)
        #expect(read.annotations.count == 2 && read.annotations["\u{e9}"] == "2")
        #expect(String(validating: record.encoded, as: UTF8.self) != nil, "JSON is text")
    }

    @Test(arguments: names) func thePlanKeepsEveryByte(_ name: ByteString) throws {
        var encoder = PlanEncoder()
        encoder.encode([name, "x"])
        encoder.encode(Path(name))
        encoder.encode(Path?.none)
        var decoder = PlanDecoder(encoder.bytes)
        #expect(try decoder.decode([ByteString].self) == [name, "x"])
        #expect(try decoder.decode(Path.self) == Path(name))
        #expect(try decoder.decode(Path?.self) == nil)
        #expect(decoder.isAtEnd)
    }
}
