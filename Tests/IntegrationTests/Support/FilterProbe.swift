import Foundation

/// The program that executes another one to which the kernel answers an error for some system calls; see SeccompProbe.
enum FilterProbe {
    /// It lies beside the test bundle, since the test runner is a program of the toolchain.
    static let path: String = {
        let bundle = CommandLine.arguments.first { $0.hasSuffix(".xctest") } ?? CommandLine.arguments[0]
        return URL(filePath: bundle).deletingLastPathComponent().path + "/SeccompProbe"
    }()
}
