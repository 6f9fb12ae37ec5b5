import ByteStrings
import LinuxKernel
import RuntimeSpec

/// Why a program that was found could not be executed, where the errno alone misleads. See execve(2).
package struct ExecutionFailure {
    private let errno: Errno

    package init(_ errno: Errno) { self.errno = errno }

    /// The system calls that looking at a program may make.
    package static let systemCalls: [SyscallName] = [
        "openat", "openat2", "fstat", "newfstatat", "statx", "pread64", "close",
    ]

    /// What is wrong with the program at `path`; empty if nothing can be said.
    package func advice(on path: Path) -> String {
        switch errno {
        case .noSuchFileOrDirectory, .permissionDenied, .execFormat, .tooManySymbolicLinks:
            return advice(on: path, depth: 0)
        case .argumentListTooLong:
            return "arguments and environment together are larger than the kernel takes: a quarter of RLIMIT_STACK"
        default: return ""
        }
    }

    // The kernel follows interpreters that are scripts themselves five times.
    private func advice(on path: Path, depth: Int) -> String {
        guard depth < 6, let format = Self.format(of: path) else { return "" }
        switch format {
        case .empty: return errno == .execFormat ? subject(path, depth) + " is empty" : ""
        case .unknown:
            return errno == .execFormat ? subject(path, depth) + " has neither a #! line nor an ELF header" : ""
        case .script(let interpreter):
            if interpreter.isEmpty { return "the #! line names no interpreter" }
            return advice(on: interpreter, "of the #! line", depth)
        case .elf(let machine, let interpreter):
            if errno == .execFormat {
                return machine == ProgramFormat.ownMachine
                    ? subject(path, depth) + " has an ELF header that the kernel does not take"
                    : subject(path, depth) + " is for " + ProgramFormat.name(ofMachine: machine)
                        + ", and this machine is " + ProgramFormat.name(ofMachine: ProgramFormat.ownMachine)
            }
            guard let interpreter, !interpreter.isEmpty else { return "" }
            return advice(on: interpreter, "that the program is linked for", depth)
        }
    }

    private func subject(_ path: Path, _ depth: Int) -> String {
        depth == 0 ? "the file" : "the interpreter " + path.text
    }

    private func advice(on interpreter: [UInt8], _ origin: String, _ depth: Int) -> String {
        let path = Path(ByteString(bytes: interpreter))
        let words = "the interpreter " + path.text + " " + origin
        do throws(Errno) {
            let status = try fileStatus(path)
            if errno == .permissionDenied, status.kind != .regular || status.permissions & 0o111 == 0 {
                return words + " may not be executed"
            }
        } catch .noSuchFileOrDirectory {
            return errno == .noSuchFileOrDirectory
                ? words + " is missing"
                    + (interpreter.last == UInt8(ascii: "\r") ? ": the line ends with a carriage return" : "") : ""
        } catch {
            return words + ": " + error.message
        }
        return advice(on: path, depth: depth + 1)
    }

    /// Looks at a file only if it is a regular one.
    private static func format(of path: Path) -> ProgramFormat? {
        do throws(Errno) {
            guard try FileDescriptor.open(path, .path).status().kind == .regular else { return nil }
            let file = try FileDescriptor.open(path, [.nonBlocking, .noControllingTerminal])
            guard try file.status().kind == .regular else { return nil }
            return ProgramFormat { offset, count in
                do throws(Errno) {
                    return try file.readFromStart(count: count, offset: offset)
                } catch {
                    return []
                }
            }
        } catch {
            // A program that may be executed but not read keeps its secret.
            return nil
        }
    }
}
