import ContainerRuntime
import LinuxKernel

/// What the flags that `checkpoint` and `restore` have in common say.
struct CheckpointFlags {
    let settings: CheckpointSettings

    init(_ arguments: ParsedArguments) throws(CommandError) {
        var settings = CheckpointSettings(imagePath: try Self.imagePath(arguments))
        settings.workPath = arguments.path(.workPath)
        settings.cgroupMode = try Self.cgroupMode(arguments)
        for name in arguments.texts(.emptyNamespace) where name != "network" {
            throw CommandError("namespace " + quoted(name) + " is not supported")
        }
        settings.tcpEstablished = arguments.isOn(.tcpEstablished)
        settings.externalUnixSockets = arguments.isOn(.extUnixSk)
        settings.shellJob = arguments.isOn(.shellJob)
        settings.fileLocks = arguments.isOn(.fileLocks)
        settings.autoDedup = arguments.isOn(.autoDedup)
        self.settings = settings
    }

    private static func imagePath(_ arguments: ParsedArguments) throws(CommandError) -> Path {
        if let path = arguments.path(.imagePath) { return path }
        do throws(Errno) {
            return try currentDirectory().appending("checkpoint")
        } catch {
            throw CommandError("getwd: " + error.message)
        }
    }

    private static func cgroupMode(_ arguments: ParsedArguments) throws(CommandError) -> CheckpointCgroupMode? {
        guard let word = arguments.nonEmptyText(.manageCgroupsMode) else { return nil }
        guard let mode = CheckpointCgroupMode(rawValue: word) else {
            throw CommandError("invalid manage-cgroups-mode value")
        }
        return mode
    }

    /// The address and the port that a text names, with an IPv6 address in brackets; nil when none was given.
    static func pageServer(_ text: ByteString?) throws(CommandError) -> CheckpointPageServer? {
        guard let text, !text.isEmpty else { return nil }
        let usage = CommandError("Use --page-server ADDRESS:PORT to specify page server")
        guard let colon = text.lastIndex(of: UInt8(ascii: ":")) else { throw usage }
        var address = text[0..<colon]
        let port = ByteString(bytes: text[(colon + 1)...])
        if address.first == UInt8(ascii: "["), address.last == UInt8(ascii: "]") {
            address = address.dropFirst().dropLast()
        } else if address.contains(UInt8(ascii: ":")) {
            throw usage
        }
        guard !address.isEmpty, !port.isEmpty else { throw usage }
        let number: Int
        do throws(GoSyntax.NumberError) {
            number = try GoSyntax.decimal(port.text)
        } catch {
            throw CommandError("Invalid port number")
        }
        guard (1...65535).contains(number) else { throw CommandError("Invalid port number") }
        return CheckpointPageServer(address: ByteString(bytes: address), port: Int32(number))
    }
}

extension Invocation {
    /// Says that nobody has tried this without the host's root privileges.
    func warnOfRootlessCheckpoint() {
        if Caller.isRootless { log.warning("runc checkpoint is untested with rootless containers") }
    }
}

/// Shows what a long work is at, to somebody who looks on, and leaves nothing of it behind.
final class ProgressLine {
    private let name: String
    private let isWatched = SharedDescriptor.standardError.file.isTerminal
    private var isShown = false

    private static let clearing = "\r\u{1b}[K"

    init(_ invocation: Invocation) {
        name = invocation.programName.text + " " + (invocation.arguments.positionals.first?.text ?? "")
    }

    deinit { clear() }

    func show(_ text: String) {
        guard isWatched else { return }
        isShown = true
        writeStandardError(Self.clearing + oneLine(name + ": " + text + " …", limit: 100))
    }

    func clear() {
        guard isShown else { return }
        isShown = false
        writeStandardError(Self.clearing)
    }
}
