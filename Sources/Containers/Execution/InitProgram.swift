import ContainerInit
import ContainerSteps
import LinuxKernel
import Synchronization

/// The program that becomes the first process of a container, before that executes the container's own program.
///
/// Between the making of a container and its program, something has to set up the container from the inside. That is done
/// by a program that is executed in the container's namespaces: an installed `apus` of the same version, or the caller's own
/// executable, if it says so with one call at its very beginning:
///
/// ```swift
/// @main struct Service {
///     static func main() async throws {
///         InitProgram.runIfAsked()
///         …
/// ```
///
/// Whichever it is, the container cannot reach the file: it is executed through a read-only mount that nobody else sees, or
/// from a sealed copy in memory. Without one of the two, making a container fails before anything is made.
public struct InitProgram: Hashable, Sendable {
    private enum Choice: Hashable { case automatic, itself, installed(Path) }
    private let choice: Choice

    /// The caller's own executable if it has called `runIfAsked`, else the `apus` that is found in PATH, and then in
    /// `/usr/local/bin`, `/usr/bin`, `/usr/local/sbin` and `/usr/sbin`. One that others than root and the caller could change
    /// is passed over.
    public static let automatic = InitProgram(choice: .automatic)

    /// The caller's own executable.
    public static let itself = InitProgram(choice: .itself)

    /// The `apus` at `path` on the host, which must be absolute.
    public static func installed(at path: Path) -> InitProgram { InitProgram(choice: .installed(path)) }

    private static let isPrepared = Mutex(false)

    /// Becomes the first process of a container, if this process was started as that, and returns at once if not.
    ///
    /// To be called before the program does anything else: before it starts a thread, opens a file, or reads its arguments.
    /// A program that is linked with shared libraries must find them without LD_LIBRARY_PATH, and without a path relative to
    /// itself; `--static-swift-stdlib` helps.
    public static func runIfAsked() {
        let arguments = CommandLine.arguments
        if arguments.count == 2, arguments[0] == "apus", arguments[1] == "init" { runInitProcess() }
        isPrepared.withLock { $0 = true }
    }

    /// Finds and checks the program.
    ///
    /// - Throws: `noInitProgram` when there is none, `otherVersion` when it is not of the library's version.
    func resolved() throws(ContainerError) -> ContainerSteps.InitProgram {
        switch choice {
        case .itself:
            guard Self.isPrepared.withLock({ $0 }) else {
                throw ContainerError(
                    .noInitProgram, reason: "this program cannot be the first process of a container",
                    remedy: "call InitProgram.runIfAsked() first in main")
            }
            return .itself
        case .installed(let path):
            try InstalledProgram(path).check()
            return .file(path)
        case .automatic:
            if Self.isPrepared.withLock({ $0 }) { return .itself }
            let path = try InstalledProgram.find()
            return .file(path)
        }
    }
}
