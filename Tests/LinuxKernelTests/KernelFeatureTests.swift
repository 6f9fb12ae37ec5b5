import Foundation
import Testing

@testable import LinuxKernel

/// The features of kernels that the program knows of, and the document that is made of them.
struct KernelFeatureTests {
    private static let document = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "docs/kernels.md")

    /// docs/kernels.md is the list in the code. With `APUS_UPDATE_DOCUMENTS` in the environment it is written anew.
    @Test func theDocument() throws {
        var text = """
            # Kernels

            What apus uses of the kernel that not every kernel has. `apus doctor` looks for each. The table is made of the list in
            `Sources/LinuxKernel/KernelFeature.swift` by `KernelFeatureTests.theDocument`. `FallbackTests` run containers
            while a filter answers ENOSYS to the calls, as an older kernel does, and EPERM, as older seccomp profiles of
            engines do in whose containers apus is run. A kernel of at least Linux 5.4 is what it takes.

            | Feature | Since Linux | Before, or where it is refused |
            |---|---|---|

            """
        for feature in KernelFeature.all {
            text +=
                "| \(feature.name) | \(feature.since) | \(feature.before)\(feature.isRequired ? " (required)" : "") |\n"
        }
        text += """

            What belongs to single properties of `config.json`, and the kernel or privilege that each needs, is in
            [spec-coverage.md](spec-coverage.md).

            """
        if ProcessInfo.processInfo.environment["APUS_UPDATE_DOCUMENTS"] != nil {
            try text.write(to: Self.document, atomically: true, encoding: .utf8)
        }
        #expect(try text == String(contentsOf: Self.document, encoding: .utf8))
    }

    @Test func theListIsInTheOrderOfKernels() {
        let numbers = KernelFeature.all.map { feature in
            feature.since.description.split(separator: ".").compactMap { Int($0) }
        }
        #expect(numbers.allSatisfy { $0.count == 2 })
        #expect(zip(numbers, numbers.dropFirst()).allSatisfy { !$1.lexicographicallyPrecedes($0) })
        #expect(Set(KernelFeature.all.map(\.name.description)).count == KernelFeature.all.count)
    }

    /// A feature is there on a kernel that is newer than the one that brought it. What a filter around the tests hides, and
    /// what the kernel was built without, may be missing; the calls that the tests themselves need are not.
    @Test func theRunningKernelIsAskedRightly() throws {
        var name = utsname()
        #expect(uname(&name) == 0)
        let release = withUnsafeBytes(of: name.release) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
        let running = release.split { $0 == "." || $0 == "-" }.prefix(2).compactMap { Int($0) }
        for feature in KernelFeature.all {
            let since = feature.since.description.split(separator: ".").compactMap { Int($0) }
            // Distributions take newer features into older kernels.
            guard !running.lexicographicallyPrecedes(since) else { continue }
            if feature.name.description.hasPrefix("pressure") || feature.name.description.hasPrefix("time") { continue }
            #expect(feature.presence != .absent, "\(feature.name) on Linux \(release)")
        }
    }
}
