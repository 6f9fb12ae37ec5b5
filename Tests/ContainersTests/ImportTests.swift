import ContainerRuntime
import Foundation
import Glibc
import Testing

@testable import ContainerInit
@testable import ContainerPlan
@testable import ContainerSteps

/// The library beside the modules that its users have in the same file: the structures of the C library must be the same
/// ones in all of them.
struct ImportTests {
    @Test func foundationStandsBesideTheLibrary() throws {
        let directory = FileManager.default.temporaryDirectory.appending(path: "apus-import-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        let store = ContainerStore(root: Path(directory.path))
        #expect(try store.identifiers().isEmpty)
        let error = #expect(throws: ContainerError.self) { try store.load("absent") }
        #expect(error?.code == .doesNotExist)
    }

    @Test func theCLibraryStandsBesideTheLibrary() {
        var set = fd_set()
        var usage = rusage()
        #expect(getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage) == 0)
        #expect(withUnsafeBytes(of: &set) { $0.allSatisfy { $0 == 0 } })
        #expect(ContainerStore(root: "/run/apus").root == "/run/apus")
    }
}
