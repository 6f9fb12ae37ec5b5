import ByteStrings
import Testing

@Suite struct PathTests {
    /// What stands before and behind separators in the property tests: characters that melt with a slash for a `String`,
    /// bytes that are no text, line ends, names of the special directories, and long names.
    static let pieces: [ByteString] = [
        "a", "p\u{600}", "\u{301}q", "\u{600}\u{301}", ByteString(bytes: [0x6c, 0xe9]), ByteString(bytes: [0xff]),
        "\r\n",
        "e\u{301}", "\u{e9}", ".", "..", "...", ".\u{301}", "", ByteString(bytes: [UInt8](repeating: 0xe9, count: 300)),
    ]

    /// Every path of up to three pieces, absolute and relative.
    static let paths: [Path] = pieces.flatMap { a in
        pieces.flatMap { b in
            [Path("\(a)/\(b)"), Path("/\(a)/\(b)/"), Path("/\(b)//\(a)/../\(b)")]
        }
    }

    /// The components, found one byte after the other.
    static func plainComponents(_ path: Path) -> [[UInt8]] {
        var components: [[UInt8]] = []
        var current: [UInt8] = []
        for byte in path.bytes.bytes + [0x2f] {
            if byte != 0x2f {
                current.append(byte)
            } else if !current.isEmpty {
                components.append(current)
                current = []
            }
        }
        return components
    }

    @Test func componentsAreWhatStandsBetweenSlashes() throws {
        for path in Self.paths {
            #expect(try #require(path.components).map { $0.bytes.bytes } == Self.plainComponents(path))
        }
    }

    @Test func cleaningIsWhatTheComponentsSay() throws {
        for path in Self.paths {
            var kept: [[UInt8]] = []
            for component in Self.plainComponents(path) {
                if component == [0x2e, 0x2e] {
                    _ = kept.popLast()
                } else if component != [0x2e] {
                    kept.append(component)
                }
            }
            var expected: [UInt8] = kept.isEmpty ? [0x2f] : []
            for component in kept { expected += [0x2f] + component }
            #expect(path.cleaned.bytes.bytes == expected)
            #expect(path.cleaned.cleaned == path.cleaned)
            #expect(path.absolute(in: "/base").isAbsolute)
        }
    }

    @Test func parentAndNameMakeThePathAgain() {
        for path in Self.paths {
            guard let (parent, name) = path.parentAndName else {
                #expect(path.components?.last?.isName != true)
                continue
            }
            #expect(parent.appending(name).cleaned == path.cleaned)
            #expect(path.lastComponent == name)
        }
        #expect(Path("/dev/null").parentAndName! == ("/dev/", PathComponent("null")!))
        #expect(Path("name").parentAndName! == (".", PathComponent("name")!))
        #expect(Path("/name//").parentAndName! == ("/", PathComponent("name")!))
        for path: Path in ["", "/", "..", "a/..", "a/."] { #expect(path.parentAndName == nil) }
    }

    @Test func parents() {
        for (path, parent): (Path, Path) in [
            ("/a/b", "/a"), ("/a", "/"), ("/", "/"), ("a", "."), ("a//b//", "a"), ("", "."),
            ("p\u{600}/\u{301}x", "p\u{600}"),
        ] { #expect(path.parent == parent) }
    }

    @Test func whatLiesBelow() {
        #expect(Path("/a/b").isBelow("/a") && Path("/a").isBelow("/") && Path("/a/\u{301}b").isBelow("/a"))
        #expect(!Path("/ab").isBelow("/a") && !Path("/a").isBelow("/a") && !Path("/").isBelow("/"))
        #expect(Path("/a").isAtOrBelow("/a"))
        #expect(Path("/a/b").relative(to: "/a") == "b" && Path("/a").relative(to: "/") == "a")
        #expect(Path("/e\u{301}/x").relative(to: "/\u{e9}") == nil)
    }

    @Test func entries() {
        #expect(Path("/a/b").entry("c.d") == "/a/b/c.d")
        #expect(Path("x").entry("y").bytes.bytes == Array("x/y".utf8))
        #expect(Path("/a").entry("b").withCString { ByteString(cString: $0) } == "/a/b")
    }

    @Test func appending() {
        #expect(Path("/a").appending("b") == "/a/b" as Path)
        #expect(Path("/a/").appending(Path("/b")) == "/a//b")
        #expect(Path("").appending(Path("b")) == "b" && Path("a").appending(Path("")) == "a")
        #expect(Path("../x\u{600}/y").absolute(in: "/base/directory") == "/base/x\u{600}/y")
    }

    @Test func componentsRefuseWhatIsNone() {
        #expect(PathComponent("") == nil && PathComponent("a/b") == nil && PathComponent("a\u{600}/") == nil)
        #expect(PathComponent(ByteString(bytes: [0x61, 0])) == nil)
        #expect(Path(ByteString(bytes: [0x61, 0, 0x2f])).components == nil)
        #expect(PathComponent(".")!.isCurrentDirectory && PathComponent("..")!.isParentDirectory)
        #expect(!PathComponent("..")!.isName && PathComponent("...")!.isName && PathComponent(".\u{301}")!.isName)
    }
}
