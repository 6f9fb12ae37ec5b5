import LinuxKernel

/// The directory that holds the state of the containers, and how it was chosen.
struct StateRoot: Sendable {
    let path: Path
    /// Whether `--root` named it.
    let isGiven: Bool
    /// Whether it lies in `XDG_RUNTIME_DIR`, where files that nobody touches are removed after a while.
    let isInRuntimeDirectory: Bool

    /// Chooses the directory without touching it.
    init(_ arguments: ParsedArguments) throws(CommandError) {
        if let root = arguments.bytes(.root) {
            path = try absolutePath(Path(root))
            isGiven = true
            isInRuntimeDirectory = false
            guard path != "/" else { throw CommandError("Option --root argument should not be set to /") }
            return
        }
        isGiven = false
        if let directory = environmentVariable("XDG_RUNTIME_DIR"), !directory.isEmpty, Self.isUnprivileged {
            path = try absolutePath("\(directory)/apus")
            isInRuntimeDirectory = true
        } else {
            path = "/run/apus"
            isInRuntimeDirectory = false
        }
    }

    /// Makes the default directory of an ordinary user, with the sticky bit that keeps it from being cleaned up.
    func prepare() throws(CommandError) {
        guard isInRuntimeDirectory else { return }
        do throws(Errno) {
            try makeDirectories()
        } catch {
            writeStandardError("the path in $XDG_RUNTIME_DIR must be writable by the user\n")
            throw CommandError("mkdir", path, error)
        }
        do throws(Errno) {
            try setPermissions(0o1700, of: path)
        } catch {
            writeStandardError("you should check permission of the path in $XDG_RUNTIME_DIR\n")
            throw CommandError("chmod", path, error)
        }
    }

    private func makeDirectories() throws(Errno) {
        guard let components = path.components else { throw .invalidArgument }
        var directory: Path = "/"
        for component in components {
            directory = directory.appending(component)
            do throws(Errno) {
                try makeDirectory(directory, mode: 0o700)
            } catch {
                guard error == .fileExists else { throw error }
            }
        }
    }

    /// Whether the user is not the host's root, as far as one can tell from inside a user namespace.
    private static var isUnprivileged: Bool {
        if effectiveUser != 0 { return true }
        if environmentVariable("USER") == "root" { return false }
        return isInUserNamespace
    }
}
