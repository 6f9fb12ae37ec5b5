import CLinuxKernel
import Testing

@testable import LinuxKernel

struct DescriptorTests {
    @Test func duplicatesCloseWithTheProgram() throws {
        let file = try FileDescriptor.open("/dev/null", .readWrite)
        let copy = try file.duplicate(atLeast: 100)
        #expect(copy.raw >= 100 && isOpen(copy.raw))
        #expect(linux_fcntl(copy.raw, F_GETFD, 0) == Int(FD_CLOEXEC))
        try duplicate(copy.raw, onto: copy.raw)
        #expect(linux_fcntl(copy.raw, F_GETFD, 0) == 0)
        try duplicate(file.raw, onto: copy.raw)
        #expect(linux_fcntl(copy.raw, F_GETFD, 0) == 0)
        #expect(throws: Errno.badFileDescriptor) { _ = try FileDescriptor.duplicating(-1) }
        #expect(!isOpen(-1))
    }

    @Test func whatADescriptorMayDo() throws {
        let pipe = try FileDescriptor.pipe()
        #expect(try !isWritable(pipe.read.raw))
        #expect(try isWritable(pipe.write.raw))
        try setNonBlocking(pipe.read.raw)
        #expect(throws: Errno.tryAgain) { _ = try read(pipe.read.raw, count: 1) }
        #expect(!isTerminal(pipe.read.raw))
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
        try write([1], to: file.raw)
        try file.seal()
        #expect(throws: Errno.notPermitted) { try write([2], to: file.raw) }
        #expect(try readFromStart(file.raw, count: 2) == [1])
    }

    @Test func openingUnderRules() throws {
        let directory = try TemporaryDirectory()
        let raw = directory.descriptor.raw
        try makeSymbolicLink("up", at: raw, to: "..")
        #expect(throws: Errno.crossDevice) {
            _ = try FileDescriptor.open("up", at: raw, .path, resolve: .beneath)
        }
        #expect(throws: Errno.tooManySymbolicLinks) {
            _ = try FileDescriptor.open("up", at: raw, .path, resolve: .noSymbolicLinks)
        }
        let inside = try FileDescriptor.open("up", at: raw, .path, resolve: .inRoot).status()
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
        #expect(set.events(of: second.read.raw) == PollSet.input)
        set.remove(second.read)
        #expect(try set.wait(milliseconds: 0) == 0)
        #expect(try poll(second.read.raw, events: PollSet.input, milliseconds: 0) == PollSet.input)
        #expect(try poll(first.read.raw, events: PollSet.input, milliseconds: 1) == 0)
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
        try withUnsafeBytes(of: UInt64(3)) { try write(Array($0), to: counter.raw) }
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
        try send([1, 2], over: sender.raw)
        #expect(try read(receiver.raw, count: 9) == [1, 2])
        #expect(throws: Errno(rawValue: EADDRINUSE)) { try makeDatagramSocket().bindSocket(to: path) }
    }

    @Test func endsAndPathsThatAreTooLong() throws {
        let pair = try SocketPair()
        try pair.second.endSending()
        if case .some = try receive(from: pair.first.raw) { Issue.record("something came") }
        #expect(throws: Errno.brokenPipe) { try send([1], over: pair.second.raw) }
        let path = Path(ByteString(bytes: [UInt8](repeating: 97, count: 200)))
        #expect(throws: Errno.nameTooLong) { _ = try connectStream(to: path) }
        #expect(throws: Errno.noSuchFileOrDirectory) { _ = try connectStream(to: "/tmp/apus-no-such-socket") }
    }
}
