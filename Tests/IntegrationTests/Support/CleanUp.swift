import Foundation
import Testing

/// Collects what one test makes and undoes it when the test has ended, however it ended.
final class CleanUp: @unchecked Sendable {
    @TaskLocal static var current: CleanUp?

    private let lock = NSLock()
    private var commands: [Command] = []
    private var bundles: [TestBundle] = []
    private var actions: [() -> Void] = []

    func add(_ command: Command) { lock.withLock { commands.append(command) } }
    func add(_ bundle: TestBundle) { lock.withLock { bundles.append(bundle) } }

    /// Registers something to undo.
    func add(_ action: @escaping () -> Void) { lock.withLock { actions.append(action) } }

    fileprivate func finish() {
        for action in actions.reversed() { action() }
        // The bundles first: a runtime in the foreground ends with its container.
        for bundle in bundles { bundle.end() }
        for command in commands { command.end() }
        for bundle in bundles { bundle.remove() }
    }
}

/// Registers something to undo at the end of the current test.
func afterTest(_ action: @escaping () -> Void) { CleanUp.current?.add(action) }

/// Gives each test of a suite its clean-up.
struct ContainerTrait: SuiteTrait, TestTrait, TestScoping {
    var isRecursive: Bool { true }

    func provideScope(
        for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void
    ) async throws {
        guard testCase != nil else { return try await function() }
        let cleanUp = CleanUp()
        defer { cleanUp.finish() }
        try await CleanUp.$current.withValue(cleanUp) { try await function() }
    }
}

extension Trait where Self == ContainerTrait {
    /// The tests of the suite make containers: each is cleaned up after, and needs root and a runtime that works.
    static var containers: Self { ContainerTrait() }
}
