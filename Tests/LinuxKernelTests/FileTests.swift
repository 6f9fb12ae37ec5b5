import Testing

@testable import LinuxKernel

/// What is read and written, and where it ends.
struct FileContentsTests {
    @Test func aFileIsReadUpToItsLimit() throws {
        let directory = try TemporaryDirectory()
        _ = try directory.file("text", "some words\n")
        let text = Array("some words\n".utf8)
        let path = directory.path.appending("text")
        #expect(try readRegularFile(path, limit: 11) == text)
        #expect(throws: Errno.fileTooLarge) { _ = try readRegularFile(path, limit: 10) }
        #expect(try FileDescriptor.open(path).readAll(limit: 11, expected: 0) == text)
        #expect(throws: Errno.fileTooLarge) { _ = try FileDescriptor.open(path).readAll(limit: 10) }
        #expect(try readKernelFile("text", at: directory.descriptor) == "some words")
        #expect(try readFileOrPipe(path, limit: 11) == text)
    }

    /// None of them may hang the caller.
    @Test func onlyRegularFilesAreRead() throws {
        let directory = try TemporaryDirectory()
        try makeNode("fifo", at: directory.descriptor, kind: .fifo, permissions: 0o600)
        #expect(throws: Errno.invalidArgument) { _ = try readRegularFile(directory.path.appending("fifo"), limit: 1) }
        #expect(throws: Errno.isDirectory) { _ = try readRegularFile(directory.path, limit: 1) }
        #expect(throws: Errno.invalidArgument) { _ = try readRegularFile("/dev/zero", limit: 1) }
        #expect(throws: Errno.invalidArgument) { _ = try readFileOrPipe("/dev/zero", limit: 1) }
    }

    @Test func readingAgainStartsAnew() throws {
        let directory = try TemporaryDirectory()
        let file = try directory.file("text", "first")
        #expect(try file.readAgain() == "first")
        #expect(try file.readAgain(limit: 2) == "fi")
        #expect(try file.readFromStart(count: 3, offset: 2) == Array("rst".utf8))
        #expect(try file.readFromStart(count: 9, offset: 2) == Array("rst".utf8))
    }

    @Test func bytesAreWrittenWhereTheyBelong() throws {
        let directory = try TemporaryDirectory()
        let file = try directory.file("bytes")
        try file.write([1, 2], skipping: 3)
        #expect(try file.readFromStart(count: 9) == [0, 0, 0, 1, 2])
        let memory = try file.mapShared(count: 5)
        memory[0] = 7
        #expect(try file.readFromStart(count: 1) == [7])
        try writeKernelFile("bytes", at: directory.descriptor, "ab")
        #expect(try file.readFromStart(count: 3) == [97, 98, 0])
        #expect(try file.writeSome([9, 8, 7, 6], from: 1, atMost: 2) == 2)
        #expect(try file.readFromStart(count: 3) == [8, 7, 0])
        let copy = try directory.file("copy")
        #expect(try copy.sendFile(from: file, count: 100) == 3)
        #expect(try copy.sendFile(from: file, count: 100) == 0)
        #expect(try copy.readAgain() == ByteString(bytes: [0, 1, 2]))
    }
}

/// Names, kinds, owners and permissions.
struct FileNameTests {
    @Test func filesAreMadeNamedAndRemoved() throws {
        let directory = try TemporaryDirectory()
        try makeDirectory("directory", at: directory.descriptor, mode: 0o700)
        #expect(throws: Errno.fileExists) { try makeDirectory("directory", at: directory.descriptor, mode: 0o700) }
        try makeSymbolicLink("link", at: directory.descriptor, to: "nowhere/\u{e9}")
        #expect(try readLink("link", at: directory.descriptor) == "nowhere/\u{e9}")
        #expect(throws: Errno.invalidArgument) { _ = try readLink("directory", at: directory.descriptor) }
        #expect(!fileExists("link", at: directory.descriptor) && fileExists("directory", at: directory.descriptor))
        #expect(try fileStatus("link", at: directory.descriptor, followingLinks: false).kind == .symbolicLink)
        #expect(throws: Errno.noSuchFileOrDirectory) { _ = try fileStatus("link", at: directory.descriptor) }
        _ = try directory.file("one", "1")
        _ = try directory.file("two", "2")
        try directory.descriptor.rename("one", to: "two")
        #expect(try readKernelFile("two", at: directory.descriptor) == "1")
        try rename(directory.path.appending("two"), to: directory.path.appending("three"))
        #expect(try Set(directory.descriptor.directoryEntries().map(\.text)) == ["directory", "link", "three"])
        let again = try FileDescriptor.open(".", at: directory.descriptor, [.readOnly, .directory])
        #expect(try again.subdirectoryNames().map(\.text) == ["directory"])
        #expect(throws: Errno.isDirectory) { try unlink("directory", at: directory.descriptor) }
        try unlink("directory", at: directory.descriptor, isDirectory: true)
        try unlink("link", at: directory.descriptor)
        #expect(throws: Errno.noSuchFileOrDirectory) { try unlink("link", at: directory.descriptor) }
    }

    @Test func permissionsDoNotDependOnTheMask() throws {
        let directory = try TemporaryDirectory()
        let file = try directory.file("file")
        try file.setPermissions(0o666)
        #expect(try file.status().permissions == 0o666)
        try setPermissions(0o4711, of: "file", at: directory.descriptor)
        #expect(try file.status().permissions == 0o4711)
        try checkExecutable(directory.path.appending("file"))
        try file.setPermissions(0o600)
        #expect(throws: Errno.permissionDenied) { try checkExecutable(directory.path.appending("file")) }
    }

    @Test(.enabled(if: effectiveUser == 0, "giving files away takes root"))
    func ownersAreThoseOfTheFileItself() throws {
        let directory = try TemporaryDirectory()
        let file = try directory.file("file")
        try makeSymbolicLink("link", at: directory.descriptor, to: "file")
        try changeOwner(of: "link", at: directory.descriptor, user: 5, group: 6)
        #expect(try file.status().user == 0)
        let link = try fileStatus("link", at: directory.descriptor, followingLinks: false)
        #expect(link.user == 5 && link.group == 6)
        try file.changeOwner(user: 7)
        try changeOwner(of: "", at: file, user: 7, group: 8)
        try changeOwner(of: "file", at: directory.descriptor, user: 9)
        let status = try file.status()
        #expect(status.user == 9 && status.group == 8)
    }

    @Test func kindsOfFileSystems() throws {
        #expect(try fileSystemKind("/proc") == .proc)
        #expect(try FileDescriptor.open("/proc/self/ns/net").fileSystemKind() == .nsfs)
        #expect(throws: Errno.noSuchFileOrDirectory) { _ = try fileSystemKind("/proc/nothing") }
    }

    /// Sets an attribute; false where the file system of /tmp has none.
    private static func canHave(_ name: StaticString, _ value: [UInt8], _ file: borrowing FileDescriptor) throws(Errno)
        -> Bool
    {
        do throws(Errno) {
            try file.setExtendedAttribute(name, value)
            return true
        } catch .notSupported {
            return false
        }
    }

    @Test func extendedAttributesOfOpenFilesAndPaths() throws {
        let directory = try TemporaryDirectory()
        let file = try directory.file("file")
        guard try Self.canHave("user.one", [1, 2], file) else { return }
        let path = directory.path.appending("file")
        #expect(try file.extendedAttribute("user.one") == [1, 2])
        #expect(try file.extendedAttribute("user.none") == nil)
        #expect(throws: Errno.outOfRange) { _ = try file.extendedAttribute("user.one", limit: 1) }
        #expect(try extendedAttribute("user.one", at: path) == [1, 2])
        try setExtendedAttribute("user.two", [], of: path)
        #expect(try Set(extendedAttributes(of: path).map(\.text)).isSuperset(of: ["user.one", "user.two"]))
        #expect(try extendedAttribute("user.two" as ByteString, of: path) == [])
        try file.removeExtendedAttribute("user.one")
        #expect(try file.extendedAttribute("user.one") == nil)
    }
}
