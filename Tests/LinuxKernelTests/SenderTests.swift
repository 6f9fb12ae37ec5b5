import Testing

@testable import LinuxKernel

/// Who sent a message, by the word of the kernel.
struct SenderTests {
    @Test func theSenderIsThisProcess() throws {
        let pair = try SocketPair()
        try pair.nameSenders()
        try pair.second.send([1, 2, 3], with: pair.second)
        guard var message = try pair.first.receive() else {
            Issue.record("nothing came")
            return
        }
        let (bytes, sender) = (message.bytes, message.sender)
        #expect(bytes == [1, 2, 3])
        #expect(sender == processIdentifier)
        guard message.takeDescriptor() != nil else {
            Issue.record("no descriptor came")
            return
        }
    }

    @Test func withoutTheQuestionThereIsNoAnswer() throws {
        let pair = try SocketPair()
        try pair.second.send([1])
        guard let message = try pair.first.receive() else {
            Issue.record("nothing came")
            return
        }
        let sender = message.sender
        #expect(sender == 0)
    }

    /// A process that is there, but not a child of this one.
    @Test func anotherProcessIsNoChild() throws {
        #expect(try !ProcessHandle(pid: 1).isChild())
        #expect(try !ProcessHandle(pid: processIdentifier).isChild())
        let child = try LaunchedProgram.start(
            "/bin/sh", arguments: ["sh", "-c", "exit 0"], environment: [], input: [], directory: nil)
        #expect(try child.process.isChild())
        _ = try child.process.reap()
        #expect(try !child.process.isChild())
    }
}

/// A procfs that is used after something hostile may have laid hands on it.
struct ProcfsTests {
    @Test func ownFilesAreReachedByNumber() throws {
        let procfs = try Procfs.openMounted()
        let file = try Procfs.openOwn("stat", in: procfs, .readOnly)
        #expect(try file.readAll(limit: 65536).starts(with: Array("\(processIdentifier) (".utf8)))
        #expect(throws: Errno.self) { _ = try Procfs.openOwn("../1/stat/..", in: procfs, .readOnly) }
    }

    @Test func aFileIsOpenedAnew() throws {
        let procfs = try Procfs.openMounted()
        let place = try FileDescriptor.open("/dev/null", .path)
        let null = try Procfs.reopen(place, in: procfs, .readWrite)
        #expect(try null.status().deviceNumber == (1, 3))
    }

    /// What is no procfs at all, and what only looks like one.
    @Test func otherDirectoriesAreRefused() throws {
        let directory = try FileDescriptor.open("/tmp", [.path, .directory])
        #expect(throws: Errno.self) { _ = try Procfs.openOwn("stat", in: directory, .readOnly) }
        #expect(throws: Errno.self) { _ = try Procfs.reopen(directory, in: directory, .readOnly) }
        let below = try FileDescriptor.open("/proc/self", [.path, .directory])
        let isRoot = try Procfs.isRoot(below)
        #expect(!isRoot)
    }
}
