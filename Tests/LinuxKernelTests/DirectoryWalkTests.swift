import CLinuxKernel
import Testing

@testable import LinuxKernel

struct DirectoryWalkTests {
    /// Makes a directory in /tmp with `chains` chains of directories, each `depth` deep, runs `body`, and removes it.
    private func withTree(
        depth: Int, chains: [[UInt8]], _ body: (borrowing FileDescriptor, Path) throws -> Void
    ) throws {
        let path: Path = "/tmp/apus-walk-\(String(UInt64.random(in: 0...UInt64.max), radix: 36))"
        try makeDirectory(path, mode: 0o755)
        let top = try FileDescriptor.open(path, [.readOnly, .directory])
        for chain in chains {
            let name = Path(ByteString(bytes: chain))
            var current = try top.duplicate()
            for _ in 0..<depth {
                try makeDirectory(name, at: current, mode: 0o755)
                try makeNode("file", at: current, kind: .regular, permissions: 0o600)
                try unlink("file", at: current)
                current = try FileDescriptor.open(name, at: current, [.readOnly, .directory])
            }
            try makeNode("end", at: current, kind: .fifo, permissions: 0o600)
        }
        try body(top, path)
        try unlink(path, isDirectory: true)
    }

    @Test func removesWhatNoPathReaches() throws {
        let chains = [Array("abcdefghijklmnop".utf8), [0xff], Array("e\u{301}".utf8)]
        try withTree(depth: 700, chains: chains) { top, path in
            try top.removeTree()
            #expect(try top.directoryEntries() == [])
            #expect(try openFiles(below: path) == [path])
        }
    }

    @Test func followsNoLinkAndMovesNothingElse() throws {
        let outside: Path = "/tmp/apus-walk-outside-\(String(UInt64.random(in: 0...UInt64.max), radix: 36))"
        let kept: Path = "\(outside)/kept"
        try makeDirectory(outside, mode: 0o755)
        try makeDirectory(kept, mode: 0o755)
        try withTree(depth: 2, chains: [Array("a".utf8)]) { top, _ in
            try makeSymbolicLink("link", at: top, to: outside)
            try makeSymbolicLink("loop", at: top, to: "loop")
            try top.removeTree()
        }
        #expect(fileExists(kept))
        try unlink(kept, isDirectory: true)
        try unlink(outside, isDirectory: true)
    }

    @Test func visitsEveryDirectoryOnceWithFewOpen() throws {
        try withTree(depth: 40, chains: [Array("a".utf8), Array("b".utf8)]) { top, path in
            var entered = 0
            var most = 0
            do {
                var walk = try DirectoryWalk(at: top, .all)
                while true {
                    guard let name = try walk.next() else {
                        if try walk.leave() == nil { break }
                        continue
                    }
                    if try walk.enter(name) {
                        entered += 1
                        most = max(most, try openFiles(below: path).count)
                    }
                }
                #expect(walk.depth == 0)
            }
            #expect(entered == 80)
            #expect(most <= 10)
            #expect(try openFiles(below: path) == [path])
            try top.removeTree()
        }
    }

    /// What vanishes under the walk is passed over, and the way back is found.
    @Test func directoriesThatVanishMeanwhile() throws {
        try withTree(depth: 30, chains: [Array("a".utf8)]) { top, path in
            var walk = try DirectoryWalk(at: top, .all)
            while let name = try walk.next(), try walk.enter(name) {}
            #expect(walk.depth == 30)
            let again = try FileDescriptor.open(path, [.readOnly, .directory])
            try again.removeTree()
            while try walk.leave() != nil {}
            #expect(try walk.next() == nil)
            #expect(walk.depth == 0)
        }
    }

    /// What the descriptors lead to that are at or below a path.
    private func openFiles(below path: Path) throws -> [Path] {
        let directory = try FileDescriptor.open("/proc/self/fd", [.readOnly, .directory])
        var found: [Path] = []
        for name in try directory.directoryEntries() {
            do throws(Errno) {
                let target = try readLink(Path(name), at: directory)
                if target == path || target.isBelow(path) { found.append(target) }
            } catch {
                // Another test's: closed meanwhile, or in a tree deeper than any path.
                guard error == .noSuchFileOrDirectory || error == .nameTooLong else { throw error }
            }
        }
        return found
    }
}
