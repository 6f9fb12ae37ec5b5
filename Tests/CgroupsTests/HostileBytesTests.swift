import ByteStrings
import LinuxKernel
import RuntimeSpec
import Testing

@testable import Cgroups

/// The files of cgroups with names that a container chose: bytes that are no text, and characters that would swallow a
/// separator if the text were taken by characters.
struct HostileBytesTests {
    static let names: [[UInt8]] = [
        [0xff], [0xc3, 0x28], Array("p\u{600}".utf8), Array("\u{301}e".utf8), Array("a\r".utf8), Array("0::/".utf8),
        Array(":".utf8), Array(" ".utf8), [UInt8](repeating: 0xe9, count: 255),
    ]

    @Test(arguments: names) func thePathOfAProcess(_ name: [UInt8]) {
        let path = Array("/c/".utf8) + name + Array("/".utf8) + name
        let text = Array("2:cpu:/x\n1:name=systemd:/y\n0::".utf8) + path + Array("\n".utf8)
        #expect(CgroupMembership.unifiedPath(in: ByteString(bytes: text)) == Path(ByteString(bytes: path)))
    }

    @Test func noPath() {
        for text: ByteString in ["", "\n", "0::", "10::/x\n", "0:cpu:/x\n", "1:a:0::/x"] {
            #expect(CgroupMembership.unifiedPath(in: text) == nil)
        }
    }

    /// A name of another hierarchy, which a container may own too, cannot pass for the line of cgroup2.
    @Test func theFirstLineOfItsKind() {
        let text: ByteString = "4:name=x:/a\n0::/own\n"
        #expect(CgroupMembership.unifiedPath(in: text) == "/own")
    }

    @Test func processNumbers() {
        var pids: [Int32] = []
        Cgroup.parse("1\n22\n0\n333", into: &pids)
        #expect(pids == [1, 22, 333])
        pids = []
        Cgroup.parse("0\n7\n", includingHidden: true, into: &pids)
        #expect(pids == [0, 7])
        for text: ByteString in ["1\r\n2", "+1", "-1", "4294967296", "2147483648", "\u{661}", " 1", "1 ", "0x1"] {
            pids = []
            Cgroup.parse(text, into: &pids)
            #expect(pids.allSatisfy { $0 == 1 || $0 == 2 } && pids.count < 2, "\(text)")
        }
    }

    @Test func events() {
        #expect(CgroupEvents.parse("populated 1\nfrozen 1\n") == CgroupEvents(isPopulated: true, isFrozen: true))
        #expect(CgroupEvents.parse("populated 0\nfrozen 0") == CgroupEvents())
        #expect(CgroupEvents.parse("populated 1\r\nfrozen 1\u{301}\nxfrozen 1") == CgroupEvents())
    }

    @Test func marks() throws {
        let mark = CgroupMark(id: "web")
        let again = try #require(CgroupMark(recorded: mark.text))
        #expect(again == mark)
        #expect(again.matches(mark.bytes))
        #expect(CgroupMark(recorded: "") == nil)
        #expect(CgroupMark(id: "web") != mark)
        #expect(!CgroupMark(id: "web").matches(mark.bytes))
        #expect(CgroupMark.any(of: "web").matches(mark.bytes))
        #expect(!CgroupMark.any(of: "we").matches(mark.bytes))
        #expect(!CgroupMark.any(of: "web2").matches(mark.bytes))
        #expect(CgroupMark.holder(of: mark.bytes) == "web")
        #expect(CgroupMark.isFromOwnNamespace(mark.bytes))
        #expect(!CgroupMark.isFromOwnNamespace(Array("web 1-2 3".utf8)))
        for found: [UInt8] in [[], [0xff], [0x20], Array("web".utf8), mark.bytes + [0]] {
            #expect(!mark.matches(found))
        }
    }

    /// Two names that are the same text for people are two cgroups.
    @Test func equivalentNamesAreDifferent() {
        let cgroup = Cgroup(recorded: ["cpu": "/c/\u{e9}", "memory": "/c/e\u{301}", "pids": "/c/\u{e9}"])
        #expect(cgroup.branches.map(\.controllers) == [["cpu", "pids"], ["memory"]])
    }
}
