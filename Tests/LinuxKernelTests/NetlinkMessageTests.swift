import Testing

@testable import LinuxKernel

/// Requests and answers of rtnetlink as bytes, on a machine of little endian order as all that are supported.
struct NetlinkMessageTests {
    @Test func aRequestForALink() {
        var message = NetlinkMessage(.getLink, link: 7)
        message.add(3, "eth0")
        #expect(
            message.finished(sequence: 9) == [
                44, 0, 0, 0, 18, 0, 5, 0, 9, 0, 0, 0, 0, 0, 0, 0,
                0, 0, 0, 0, 7, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
                9, 0, 3, 0, 0x65, 0x74, 0x68, 0x30, 0, 0, 0, 0,
            ])
    }

    @Test func aRequestForAllAddressesWantsNoAcknowledgement() {
        let message = NetlinkMessage(.getAddress, .dump, family: 0, link: 3)
        #expect(
            message.finished(sequence: 1) == [
                24, 0, 0, 0, 22, 0, 1, 3, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0,
            ])
    }

    @Test func anAnswerIsTakenApart() throws {
        let datagram: [UInt8] = [
            44, 0, 0, 0, 16, 0, 0, 0, 5, 0, 0, 0, 1, 1, 0, 0,
            0, 0, 1, 0, 4, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0,
            7, 0, 3, 0, 0x6c, 0x6f, 0, 0, 4, 0, 9, 0x80,
            20, 0, 0, 0, 3, 0, 0, 0, 5, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0, 0,
        ]
        let answers = NetlinkAnswer.all(in: datagram)
        #expect(answers.map(\.kind) == [16, 3])
        #expect(answers.map(\.sequence) == [5, 5])
        let link = try #require(NetworkLink(answers[0]))
        #expect(link.index == 4 && link.name == "lo" && link.isUp)
        #expect(NetlinkAttributes(answers[0].body.dropFirst(16)).map(\.type) == [3, 9])
        #expect(answers[1].failure == nil)
    }

    @Test func anErrorComesWithTheKernelsWords() throws {
        let words: [UInt8] = [9, 0, 1, 0] + Array("busy".utf8) + [0, 0, 0, 0]
        let header: [UInt8] = [UInt8(16 + 20 + words.count), 0, 0, 0, 2, 0, 0, 3, 5, 0, 0, 0, 0, 0, 0, 0]
        let request: [UInt8] = [44, 0, 0, 0, 19, 0, 5, 0, 5, 0, 0, 0, 0, 0, 0, 0]
        let answers = NetlinkAnswer.all(in: header + [0xf0, 0xff, 0xff, 0xff] + request + words)
        #expect(answers.first?.failure == NetlinkError(errno: .busy, explanation: "busy"))
    }

    /// Whatever is cut off or wrong gives fewer answers, never a trap.
    @Test func cutAndBrokenBytes() {
        let whole: [UInt8] = [
            36, 0, 0, 0, 2, 0, 0, 3, 5, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x80, 255, 255, 255, 255, 19, 0, 5, 0, 5, 0, 0, 0,
            0, 0, 0, 0,
        ]
        var bytes = whole
        for length in 0...whole.count {
            for answer in NetlinkAnswer.all(in: Array(whole.prefix(length))) { _ = answer.failure }
        }
        var state: UInt64 = 88_172_645_463_325_252
        for _ in 0..<20_000 {
            state ^= state << 13
            state ^= state >> 7
            state ^= state << 17
            bytes[Int(state % UInt64(bytes.count))] = UInt8(truncatingIfNeeded: state >> 32)
            for answer in NetlinkAnswer.all(in: bytes) {
                _ = answer.failure
                _ = NetworkLink(answer)
                _ = NetworkAddress(answer)
            }
        }
    }

    @Test(arguments: [
        ("eth0", nil), ("eth0:web", "ext1:web"), ("other", "other"), ("eth0:averylonglab", nil),
    ])
    func labelsFollowTheNameOfTheirDevice(_ label: ByteString, _ expected: ByteString?) {
        #expect(NetworkAddress.label(label, of: "eth0", for: "ext1") == expected)
    }

    /// Every namespace has a loopback.
    @Test func theLoopbackOfThisNamespace() throws {
        var socket = try NetlinkSocket()
        let link = try #require(try socket.link(named: "lo"))
        #expect(try socket.link(link.index)?.name == "lo")
        #expect(try socket.links().contains { $0.name == "lo" })
        #expect(try socket.link(named: "no such device") == nil)
        #expect(try socket.addresses(of: link.index).allSatisfy { $0.isPermanent })
    }

    @Test(.enabled(if: effectiveUser == 0, "needs root"))
    func aSocketInANamespaceByItsFile() throws {
        let namespace = try FileDescriptor.open("/proc/thread-self/ns/net")
        var socket = try NetlinkSocket(inNamespace: namespace)
        #expect(try socket.link(named: "lo") != nil)
        let file = try FileDescriptor.open("/dev/null")
        #expect(throws: NetlinkError(errno: .invalidArgument)) { _ = try NetlinkSocket(inNamespace: file) }
    }
}
