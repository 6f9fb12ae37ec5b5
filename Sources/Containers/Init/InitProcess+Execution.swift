import ByteStrings
import Linux
import Seccomp

extension InitProcess {
    /// Before the change of root hooks start in the container's root, seen from outside; afterwards in the program's
    /// working directory.
    func runHooks(_ hooks: [HookStep], kind: HookKind, state: [UInt8]) throws(ContainerError) {
        let directory = kind == .createContainer ? try rootfsSetup().root : nil
        var hooks = hooks
        if kind == .startContainer {
            for index in hooks.indices where hooks[index].inheritsEnvironment { hooks[index].environment = environment }
        }
        let sinks = HookSinks(
            output: descriptors.peek(.hookOutput), errorOutput: descriptors.peek(.hookErrorOutput))
        try HookRunner(state: state, directory: directory, sinks: sinks).run(hooks, kind: kind)
    }

    func setWorkingDirectory(_ step: WorkingDirectoryStep) throws(ContainerError) {
        do throws(Errno) {
            try changeDirectory(step.path)
            isInWorkingDirectory = true
        } catch {
            if step.isAttempt || isInWorkingDirectory { return }
            throw ContainerError(
                errno: error, reason: "chdir to cwd (\"\(step.path)\") set in config.json failed")
        }
        // A link of /proc to a folder outside would start the program there (CVE-2024-21626).
        let actual: Path = try attempt("getcwd", step.path) { () throws(Errno) in try currentDirectory() }
        guard actual.isAbsolute else {
            throw ContainerError(
                reason: "current working directory is outside of container mount namespace root "
                    + "-- possible container breakout detected")
        }
    }

    /// Makes the folder and its parents. The root is the container's by now, so links cannot lead out of it.
    func makeDirectories(_ path: Path) throws(ContainerError) {
        do throws(Errno) {
            if try fileStatus(path).kind == .directory { return }
        } catch {
            // Missing, or not to be looked at: the calls below say which.
        }
        guard let components = path.components else {
            throw ContainerError(operation: "mkdir", subject: path, errno: .invalidArgument)
        }
        var folder: Path = "/"
        for component in components {
            folder = folder.appending(component)
            do throws(Errno) {
                try makeDirectory(folder, mode: 0o755)
            } catch Errno.fileExists {
                continue
            } catch {
                throw ContainerError(operation: "mkdir", subject: folder, errno: error)
            }
        }
        do throws(Errno) {
            guard try fileStatus(path).kind == .directory else { throw Errno.notDirectory }
        } catch {
            throw ContainerError(operation: "mkdir", subject: path, errno: error)
        }
    }

    func setSecurityLabel(_ step: SecurityLabelStep) throws(ContainerError) {
        let procfs = try ownProcfs()
        switch step.module {
        case .apparmor:
            do throws(Errno) {
                try writeAttribute(
                    "attr/apparmor/exec", orElse: "attr/exec", "exec \(step.label)", in: procfs)
            } catch {
                throw ContainerError(
                    subject: "\"\(step.label)\"", errno: error,
                    reason: "unable to apply apparmor profile: apparmor failed to apply profile: "
                        + "write /proc/self/attr/exec",
                    remedy: error == .noSuchFileOrDirectory ? "load the profile with apparmor_parser" : "")
            }
        case .selinux:
            do throws(Errno) {
                try writeAttribute("attr/exec", orElse: nil, step.label, in: procfs)
            } catch {
                throw ContainerError(
                    operation: "write", subject: "\"\(step.label)\" to `/proc/self/attr/exec`", errno: error)
            }
        }
    }

    /// Through the child's own procfs: what lies under the container's /proc is only the container's business.
    private func writeAttribute(
        _ name: Path, orElse fallback: Path?, _ text: ByteString, in proc: Int32
    ) throws(Errno) {
        do throws(Errno) {
            let file = try Procfs.openOwn(name, in: proc, .writeOnly)
            try writeOnce(text, to: file.raw)
        } catch Errno.noSuchFileOrDirectory {
            guard let fallback else { throw .noSuchFileOrDirectory }
            let file = try Procfs.openOwn(fallback, in: proc, .writeOnly)
            try writeOnce(text, to: file.raw)
        }
    }

    func lookUpProgram() throws(ContainerError) {
        if execution.findsHome {
            environment.append("HOME=\(homeDirectory(of: execution.user))")
        }
        program = try ProgramLookup(environment: environment).find(execution.arguments.first ?? "")
        try passDescriptors(execution.passedDescriptors)
    }

    /// The fifo is opened by its number, since its path is the host's. The container's own /proc is all that is left to
    /// do that with: it must be a whole procfs, and lead to the fifo.
    func waitForReader() throws(ContainerError) {
        guard let fifo = descriptors.take(.waitFifo) else {
            throw ContainerError(reason: "the runtime passed no fifo to wait on")
        }
        try explained("failed to open exec wait fifo") { () throws(Errno) in
            let procfs = try Procfs.openForeign()
            _ = try Procfs.reopen(fifo.raw, in: procfs.raw, .writeOnly)
        }
    }

    func execute(_ step: ExecuteStep) throws(ContainerError) {
        guard let program else { throw ContainerError(reason: "the plan executes a program that it did not look up") }
        let failure = Linux.execute(program, arguments: step.arguments, environment: environment)
        // As in runc, nothing comes before these words: they stand in the container's own output.
        throw ContainerError(
            .programNotFound, origin: Origin(.rule), errno: failure, reason: "exec \(program)",
            remedy: mayLookAtProgram ? ExecutionFailure(failure).advice(on: program) : "")
    }

    /// Whether a filter lets this process live that looks at the program.
    private var mayLookAtProgram: Bool {
        guard let filter else { return true }
        return SeccompProgram(words: filter)?.survives(ExecutionFailure.systemCalls) ?? false
    }

    /// Lets the program have the descriptors that it is passed: all others close at its exec.
    private func passDescriptors(_ count: Int32) throws(ContainerError) {
        for number in 3..<(3 + count) {
            try attempt("fcntl", "descriptor \(number)") { () throws(Errno) in try duplicate(number, onto: number) }
        }
    }

    private func homeDirectory(of user: UInt32) -> ByteString {
        do throws(Errno) {
            let bytes = try readRegularFile("/etc/passwd", limit: 1 << 20)
            return PasswordFile(bytes).home(of: user) ?? "/"
        } catch {
            // An image without the file has no homes.
            return "/"
        }
    }
}
