import Containers
import Foundation
import Testing

/// A store and a root file system for tests that call the library.
struct LibraryStore {
    let bundle: TestBundle
    let store: ContainerStore
    let diagnostics: Messages

    init() throws {
        bundle = try TestBundle()
        let messages = Messages()
        diagnostics = messages
        store = ContainerStore(
            root: Path(ByteString(bundle.stateRoot)), initProgram: .installed(at: Path(ByteString(Self.helper))),
            diagnostics: DiagnosticHandler { messages.add($0.message) })
    }

    /// A copy that others cannot change, wherever the checkout lies.
    private static let helper: String = {
        guard Runtime.path.hasPrefix("/") else { return FileManager.default.currentDirectoryPath + "/" + Runtime.path }
        return Runtime.path
    }()

    /// A configuration that runs a shell with `script`.
    func spec(_ script: String, _ change: (inout Spec) -> Void = { _ in }) -> Spec {
        var spec = Spec.running(["sh", "-c", ByteString(script)], in: Path(ByteString(bundle.rootfs)))
        spec.linux?.cgroupsPath = ByteString(bundle.cgroup)
        change(&spec)
        return spec
    }

    func source(_ script: String, _ change: (inout Spec) -> Void = { _ in }) -> ContainerSource {
        .configuration(spec(script, change))
    }

    /// Nothing of any container is there.
    func expectEmpty(sourceLocation: SourceLocation = #_sourceLocation) throws {
        #expect(try store.identifiers().isEmpty, sourceLocation: sourceLocation)
        bundle.expectNothingLeft(sourceLocation: sourceLocation)
    }

    /// No container is there. The cgroup that those of several containers were in stays, as it does with every runtime.
    func expectNoContainer(sourceLocation: SourceLocation = #_sourceLocation) throws {
        #expect(try store.identifiers().isEmpty, sourceLocation: sourceLocation)
        #expect(HostCgroups.processes(bundle.cgroup).isEmpty, sourceLocation: sourceLocation)
        let left = HostCgroups.directories(bundle.cgroup).flatMap { directory in
            ((try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []).filter {
                var isDirectory: ObjCBool = false
                return FileManager.default.fileExists(atPath: directory + "/" + $0, isDirectory: &isDirectory)
                    && isDirectory.boolValue
            }
        }
        #expect(left.isEmpty, "cgroups left", sourceLocation: sourceLocation)
        let mounts = Mountinfo.host().map(\.point).filter { $0.hasPrefix(bundle.path + "/") }
        #expect(mounts.isEmpty, "mounts left", sourceLocation: sourceLocation)
    }

    final class Messages: @unchecked Sendable {
        private let lock = NSLock()
        private var texts: [String] = []
        func add(_ text: String) { lock.withLock { texts.append(text) } }
        var all: [String] { lock.withLock { texts } }
    }
}

extension ByteString {
    /// Whether it holds `text`.
    func contains(_ text: String) -> Bool { self.text.contains(text) }
}
