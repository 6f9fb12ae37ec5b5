import CLinuxKernel
import Testing

@testable import LinuxKernel

struct DescriptorTests {
    @Test func duplicatesCloseWithTheProgram() throws {
        let file = try FileDescriptor.open("/dev/null", .readWrite)
        let copy = try file.duplicate(atLeast: 100)
        #expect(copy.raw >= 100 && copy.number.isOpen)
        #expect(linux_fcntl(copy.raw, F_GETFD, 0) == Int(FD_CLOEXEC))
        try copy.duplicate(onto: copy.number)
        #expect(linux_fcntl(copy.raw, F_GETFD, 0) == 0)
        try file.duplicate(onto: copy.number)
        #expect(linux_fcntl(copy.raw, F_GETFD, 0) == 0)
        #expect(throws: Errno.badFileDescriptor) { _ = try FileDescriptor.unopened.duplicate() }
        #expect(!DescriptorNumber(rawValue: -1).isOpen)
    }

    @Test func whatADescriptorMayDo() throws {
        let pipe = try FileDescriptor.pipe()
        let (reader, writer) = (try pipe.read.isWritable(), try pipe.write.isWritable())
        #expect(!reader && writer)
        try pipe.read.setNonBlocking()
        #expect(throws: Errno.tryAgain) { _ = try pipe.read.read(count: 1) }
        let isTerminal = pipe.read.isTerminal
        #expect(!isTerminal)
    }

    /// Two openings of one file are two holders.
    @Test func locksAreHeldByOpenings() throws {
        let directory = try TemporaryDirectory()
        let other = try FileDescriptor.open(directory.path, [.readOnly, .directory])
        #expect(try directory.descriptor.lock(shared: true))
        #expect(try other.lock(shared: true, waiting: false))
        #expect(try !other.lock(waiting: false))
    }

    @Test func aSealedFileStaysAsItIs() throws {
        let file = try makeMemoryFile("test", for: .data)
        try file.write([1])
        try file.seal()
        #expect(throws: Errno.notPermitted) { try file.write([2]) }
        #expect(try file.readFromStart(count: 2) == [1])
    }

    @Test func openingUnderRules() throws {
        let directory = try TemporaryDirectory()
        try makeSymbolicLink("up", at: directory.descriptor, to: "..")
        #expect(throws: Errno.crossDevice) {
            _ = try FileDescriptor.open("up", at: directory.descriptor, .path, resolve: .beneath)
        }
        #expect(throws: Errno.tooManySymbolicLinks) {
            _ = try FileDescriptor.open("up", at: directory.descriptor, .path, resolve: .noSymbolicLinks)
        }
        let inside = try FileDescriptor.open("up", at: directory.descriptor, .path, resolve: .inRoot).status()
        #expect(try inside.inode == directory.descriptor.status().inode)
    }
}

struct WaitingTests {
    @Test func aSetSaysWhoIsReady() throws {
        let first = try FileDescriptor.pipe()
        let second = try FileDescriptor.pipe()
        var set = PollSet()
        set.add(first.read)
        set.add(second.read)
        #expect(try set.wait(milliseconds: 0) == 0)
        try second.write.writeOnce("x")
        #expect(try set.wait(milliseconds: -1) == 1)
        let (isFirst, isSecond) = (set.isReady(first.read), set.isReady(second.read))
        #expect(!isFirst && isSecond)
        #expect(set.events(of: second.read) == PollSet.input)
        set.remove(second.read)
        #expect(try set.wait(milliseconds: 0) == 0)
        #expect(try second.read.poll(events: PollSet.input, milliseconds: 0) == PollSet.input)
        #expect(try first.read.poll(events: PollSet.input, milliseconds: 1) == 0)
    }

    @Test func noChangeIsNoChange() throws {
        let table = try FileDescriptor.open("/proc/self/mountinfo")
        // Whoever mounts something meanwhile is seen once.
        while try table.waitForChange(milliseconds: 0) { _ = try table.readAgain() }
        let pipe = try FileDescriptor.pipe()
        #expect(try !pipe.read.waitForChange(milliseconds: 0))
    }

    @Test func aCounterIsTakenOnce() throws {
        let counter = try EventCounter()
        #expect(try counter.take() == 0)
        try withUnsafeBytes(of: UInt64(3)) { try counter.descriptor.write(Array($0)) }
        #expect(try counter.take() == 3)
        #expect(try counter.take() == 0)
    }

    @Test func clocksGoForward() {
        let before = monotonicNanoseconds()
        let deadline = Deadline(milliseconds: 1)
        #expect(deadline.milliseconds <= 1)
        sleep(microseconds: 2000)
        #expect(deadline.isOver && deadline.milliseconds == 0)
        #expect(monotonicNanoseconds() >= before + 2_000_000)
        #expect(monotonicSeconds() >= Int(before / 1_000_000_000))
        #expect(realtimeNanoseconds() > 1_600_000_000_000_000_000)
    }
}

struct SocketTests {
    @Test func datagramsBetweenPaths() throws {
        let directory = try TemporaryDirectory()
        let path = directory.path.appending("socket")
        let receiver = try makeDatagramSocket()
        try receiver.bindSocket(to: path)
        let sender = try makeDatagramSocket()
        try sender.connectSocket(to: path)
        try sender.send([1, 2])
        #expect(try receiver.read(count: 9) == [1, 2])
        #expect(throws: Errno(rawValue: EADDRINUSE)) { try makeDatagramSocket().bindSocket(to: path) }
    }

    @Test func endsAndPathsThatAreTooLong() throws {
        let pair = try SocketPair()
        try pair.second.endSending()
        if case .some = try pair.first.receive() { Issue.record("something came") }
        #expect(throws: Errno.brokenPipe) { try pair.second.send([1]) }
        let path = Path(ByteString(bytes: [UInt8](repeating: 97, count: 200)))
        #expect(throws: Errno.nameTooLong) { _ = try connectStream(to: path) }
        #expect(throws: Errno.noSuchFileOrDirectory) { _ = try connectStream(to: "/tmp/apus-no-such-socket") }
    }
}
