import ByteStrings
import Testing

@testable import LinuxKernel

@Suite struct NearbyDirectoryTests {
    private func make(_ place: String, in directory: TemporaryDirectory, _ text: String) throws(Errno) {
        try makeDirectory(directory.path.appending(Path(ByteString(place))), mode: 0o700)
        _ = try directory.file(Path(ByteString(place + "/name")), text)
    }

    @Test func findsFilesSideBySideAndElsewhere() throws {
        let directory = try TemporaryDirectory()
        try makeDirectory(directory.path.appending("far"), mode: 0o700)
        for place in ["one", "two", "three", "far/one", "far/two"] {
            try make(place, in: directory, place)
        }
        var nearby = NearbyDirectory()
        func content(_ place: String) throws -> String {
            let file = try nearby.open("name", in: directory.path.appending(Path(ByteString(place))), .readOnly)
            return String(decoding: try file.readAll(limit: 100), as: UTF8.self)
        }
        for place in ["one", "two", "three", "far/one", "three", "far/two", "far/one", "far", "two", "one", ""] {
            guard place != "far", place != "" else {
                #expect(throws: Errno.noSuchFileOrDirectory) { try content(place) }
                continue
            }
            #expect(try content(place) == place)
        }
    }

    @Test func leavesLinksAndSlashesAlone() throws {
        let directory = try TemporaryDirectory()
        try make("place", in: directory, "text")
        let place = directory.path.appending("place")
        var nearby = NearbyDirectory()
        for _ in 0..<3 {
            let slash = Path(place.bytes + "/")
            #expect(try nearby.open("name", in: slash, .readOnly).readAll(limit: 9).count == 4)
            #expect(try nearby.open("name", in: place, .readOnly).readAll(limit: 9).count == 4)
        }
        let long = Path("/" + ByteString(bytes: [UInt8](repeating: UInt8(ascii: "a"), count: 600)))
        #expect(throws: Errno.nameTooLong) { _ = try nearby.open("name", in: long, .readOnly) }
        #expect(throws: Errno.nameTooLong) { _ = try nearby.open("name", in: long, .readOnly) }
    }
}
