import Foundation
import Testing

/// The program that uses the library as others do: Tests/LibraryProbe.
enum LibraryProbe {
    private static let path: String = {
        let bundle = Bundle.allBundles.map(\.bundlePath).first { $0.hasSuffix(".xctest") }
        let directory = bundle.map { ($0 as NSString).deletingLastPathComponent } ?? ".build/debug"
        return directory + "/LibraryProbe"
    }()

    /// Runs it with a root file system and a directory of states, and waits for its end.
    static func run(
        _ bundle: TestBundle, helper: String, _ words: [String], environment: [String: String] = [:]
    ) throws -> Output {
        let variables = ["PATH": "/nowhere", "CGROUP": bundle.cgroup].merging(environment) { $1 }
        return try Command([path, bundle.rootfs, bundle.stateRoot, helper] + words, environment: variables)
            .wait(seconds: 400)
    }
}
