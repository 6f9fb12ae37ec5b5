import Foundation
import RuntimeSpec
import Seccomp
import Testing

/// The way from a profile to a filter that docs/library.md shows; LibraryPageTests compiles the page.
struct PageTests {
    private let json = """
        {"ociVersion": "1.3.0", "linux": {"seccomp": {"defaultAction": "SCMP_ACT_ERRNO", "architectures":
        ["SCMP_ARCH_X86_64"], "syscalls": [{"names": ["read", "write", "exit_group"], "action": "SCMP_ACT_ALLOW"}]}}}
        """

    @Test func theFiveLines() throws {
        let spec = try Spec(json: Array(json.utf8))
        let profile = try #require(spec.linux?.seccomp)
        let program = try SeccompFilter.compile(profile)
        let filter = program.instructions
        #expect(filter.count > 5 && filter.count < 40)
    }

    /// Neither target needs a C library.
    @Test func onlySwift() throws {
        let sources = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "Sources")
        let own = ["RuntimeSpec", "Seccomp", "StrictJSON", "ByteStrings"]
        for target in own {
            let directory = sources.appending(path: target)
            for case let file as URL in FileManager.default.enumerator(at: directory, includingPropertiesForKeys: nil)
                ?? FileManager.DirectoryEnumerator()
            where file.pathExtension == "swift" {
                let text = try String(contentsOf: file, encoding: .utf8)
                for line in text.split(separator: "\n")
                where line.hasPrefix("import ") || (line.hasPrefix("@") && line.contains(" import ")) {
                    let name = String(line.split(separator: " ").last ?? "")
                    #expect(own.contains(name), "\(file.lastPathComponent) imports \(name)")
                }
            }
        }
    }
}
