import CLinuxKernel
import Testing

@testable import LinuxKernel

/// A directory of its own in /tmp, with a root in it that a hostile image filled.
private final class HostileDirectory {
    let path: Path
    let root: FileDescriptor

    init() throws {
        path = "/tmp/apus-rooted-\(String(UInt64.random(in: 0...UInt64.max), radix: 36))"
        for directory in ["", "/root", "/root/a", "/root/a/b", "/outside"] {
            try makeDirectory("\(path)\(directory)", mode: 0o755)
        }
        try makeNode("\(path)/root/a/file", kind: .regular, permissions: 0o600)
        try makeNode("\(path)/root/a/fifo", kind: .fifo, permissions: 0o600)
        root = try FileDescriptor.open("\(path)/root", [.path, .directory])
        for (name, target): (Path, Path) in [
            ("up", "../../.."), ("absolute", "/a/b"), ("host", "\(path)/outside"), ("loop", "loop2"), ("loop2", "loop"),
            ("dangling", "a/gone/deeper"), ("dots", "a/./b/../b"), ("tofile", "a/file"), ("top", "/"), ("self", "."),
        ] { try makeSymbolicLink(name, at: root, to: target) }
    }

    deinit {
        do throws(Errno) {
            try removeTree(path)
        } catch {
            Issue.record("\(path) cannot be removed: \(error.message)")
        }
    }

    private static func entries(_ path: Path) throws -> [String] {
        let directory = try FileDescriptor.open(path, .directory)
        return try directory.directoryEntries().map(\.text).sorted()
    }

    func names(_ directory: String) throws -> [String] {
        try Self.entries("\(path)\(directory)")
    }
}

private func removeTree(_ path: Path, at parent: borrowing FileDescriptor = .workingDirectory) throws(Errno) {
    do throws(Errno) {
        try unlink(path, at: parent)
    } catch .isDirectory {
        do {
            let directory = try FileDescriptor.open(path, at: parent, [.directory, .noFollow])
            for name in try directory.directoryEntries() { try removeTree(Path(name), at: directory) }
        }
        try unlink(path, at: parent, isDirectory: true)
    }
}

struct RootedPathTests {
    private static let paths = [
        "/", "", ".", "..", "../..", "/a", "a/b", "a//b/", "a/./b", "a/../a/b", "/../../a", "up", "up/a",
        "up/a/../up/a/b",
        "absolute", "absolute/..", "host", "host/x", "loop", "loop/x", "dangling", "dangling/x", "dots", "tofile",
        "tofile/x", "tofile/", "tofile/.", "a/file", "a/file/", "a/fifo", "a/none", "none/a", "top/a/b", "self/self/a",
        "top/..", "a/file/..", "a/none/..",
    ]

    private enum Answer: Equatable {
        case file(UInt64)
        case error(Errno)
    }

    private func answer(_ body: () throws(Errno) -> FileDescriptor) -> Answer {
        do throws(Errno) {
            let file = try body()
            return .file(try file.status().inode)
        } catch {
            return .error(error)
        }
    }

    @Test(arguments: paths)
    func stepsFindWhatTheKernelFinds(_ path: String) throws {
        let directory = try HostileDirectory()
        let rooted = RootedPath(Path(path))
        for isDirectory in [false, true] {
            for links in [RootedPath.Links.follow, .keepLast, .refuse] {
                let kernel = answer { () throws(Errno) in
                    try rooted.open(in: directory.root, links, directory: isDirectory)
                }
                let steps = answer { () throws(Errno) in
                    try rooted.walk(in: directory.root, .fail, links, directory: isDirectory)
                }
                if path.isEmpty || (path.hasSuffix("/") || path.hasSuffix(".")) && kernel != steps {
                    // An empty path is an error of openat2 alone, and a slash at the end means a directory there.
                    continue
                }
                #expect(kernel == steps, "\(path) \(links) \(isDirectory)")
            }
        }
    }

    @Test(arguments: paths)
    func nothingIsMadeOutside(_ path: String) throws {
        let directory = try HostileDirectory()
        for name in ["/new", "/x/y/z", ""] {
            let rooted = RootedPath(Path(path + name))
            do throws(Errno) {
                _ = try rooted.openOrMakeDirectory(in: directory.root)
            } catch {}
            do throws(Errno) {
                _ = try rooted.openOrMakeFile(in: directory.root)
            } catch {}
            do throws(Errno) {
                _ = try rooted.walk(in: directory.root, .makeDirectory(mode: 0o700), .follow, directory: true)
            } catch {}
        }
        #expect(try directory.names("/outside") == [])
        #expect(try directory.names("") == ["outside", "root"])
    }

    @Test func missingEndOfDanglingLinkIsMadeInside() throws {
        let directory = try HostileDirectory()
        let made = try RootedPath("dangling/x").openOrMakeFile(in: directory.root)
        let wasThere = made.existed
        #expect(!wasThere)
        #expect(try fileStatus("\(directory.path)/root/a/gone/deeper/x").kind == .regular)
        let again = try RootedPath("dangling/x").openOrMakeFile(in: directory.root)
        let isThere = again.existed
        #expect(isThere)
    }

    @Test func magicLinksAreRefused() throws {
        let procfs = try Procfs.openMounted()
        for name in ["self/exe", "self/cwd/etc", "self/root/etc", "self/fd/0"] {
            #expect(throws: Errno.tooManySymbolicLinks) { _ = try RootedPath(Path(name)).open(in: procfs) }
        }
    }

    @Test(.timeLimit(.minutes(10)))
    func exchangedDirectoryDoesNotLeadOutside() async throws {
        let directory = try HostileDirectory()
        let path = directory.path
        // The attack: while the runtime resolves and makes, a directory and a link to the outside change places.
        try makeSymbolicLink("\(path)/root/a/link", to: "../../outside")
        let attacker = Task.detached {
            while !Task.isCancelled {
                // RENAME_EXCHANGE
                if linux_renameat2(
                    workingDirectory, path.text + "/root/a/link", workingDirectory, path.text + "/root/a/b", 2) < 0
                {
                    Issue.record("the directory and the link cannot be exchanged")
                    return
                }
                await Task.yield()
            }
        }
        for index in 0..<2000 {
            let rooted = RootedPath("a/b/new\(index % 50)/x")
            do throws(Errno) {
                if index % 2 == 0 {
                    _ = try rooted.openOrMakeDirectory(in: directory.root)
                } else {
                    _ = try rooted.walk(in: directory.root, .makeDirectory(mode: 0o700), .follow, directory: true)
                }
            } catch {
                // Meeting the exchange is an error like any other.
            }
        }
        attacker.cancel()
        await attacker.value
        #expect(try directory.names("/outside") == [])
    }
}
