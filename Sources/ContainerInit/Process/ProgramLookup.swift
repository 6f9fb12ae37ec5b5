import ByteStrings
import LinuxKernel
import StrictJSON

/// Finds the program of `process.args` as a shell would. See execvp(3); the words are those that engines look for.
package struct ProgramLookup {
    private let searchPath: ByteString?

    /// Searches in the PATH of `environment`, and nowhere without one.
    package init(environment: [ByteString]) {
        searchPath = environment.last { $0.hasPrefix("PATH=") }?.dropping(first: 5)
    }

    /// The path of the program called `name`.
    package func find(_ name: ByteString) throws(ContainerError) -> Path {
        if name.contains(UInt8(ascii: "/")) {
            if let reason = whyNotExecutable(Path(name)) { throw failure(name, reason) }
            return Path(name)
        }
        if !name.isEmpty, let searchPath {
            for directory in searchPath.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false) {
                let candidate: Path = directory.isEmpty ? "./\(name)" : "\(directory)/\(name)"
                if whyNotExecutable(candidate) == nil { return candidate }
            }
        }
        throw failure(name, .notFound)
    }

    private enum Reason {
        case notFound
        case missing(Errno)
        case notUsable(Errno)
    }

    private func whyNotExecutable(_ path: Path) -> Reason? {
        do throws(Errno) {
            if try fileStatus(path).kind == .directory { return .notUsable(.isDirectory) }
        } catch {
            return .missing(error)
        }
        do throws(Errno) {
            try checkExecutable(path)
            return nil
        } catch {
            return .notUsable(error)
        }
    }

    private func failure(_ name: ByteString, _ reason: Reason) -> ContainerError {
        switch reason {
        case .notFound:
            ContainerError(
                .programNotFound, origin: Origin(.args, 0),
                reason: "exec: " + quoted(name) + ": executable file not found in $PATH")
        case .missing(let errno):
            ContainerError(
                .programNotFound, origin: Origin(.args, 0), errno: errno,
                reason: "exec: " + quoted(name) + ": stat " + name.text)
        case .notUsable(let errno):
            ContainerError(.programNotFound, origin: Origin(.args, 0), errno: errno, reason: "exec: " + quoted(name))
        }
    }
}
