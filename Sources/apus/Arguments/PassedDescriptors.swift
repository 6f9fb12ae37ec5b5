import LinuxKernel

/// The descriptors that the caller passes on to the container: from 3 on those of socket activation, then those of
/// `--preserve-fds`.
///
/// To be made before the program opens anything, which could take the number of a missing one and be passed on instead.
struct PassedDescriptors: Sendable {
    /// How many come from socket activation.
    let activated: Int32
    /// How many `--preserve-fds` asks for.
    let preserved: Int32
    /// The descriptor of `--status-fd`; nil if it was not given.
    let status: Int32?
    private let complaint: String?

    /// Looks at what is open.
    ///
    /// - Parameters:
    ///   - count: The value of `--preserve-fds`.
    ///   - takesActivated: Whether the command passes on the descriptors of `LISTEN_FDS`.
    ///   - status: The value of `--status-fd`.
    init(preserving count: Int, takesActivated: Bool, status: Int? = nil) {
        let activated = takesActivated ? Self.activatedCount : 0
        var complaint: String?
        if count < 0 { complaint = "--preserve-fds must not be negative: " + String(count) }
        if complaint == nil, let closed = DescriptorNumber.passed(0).firstClosed(among: activated) {
            complaint = "descriptor " + String(closed.rawValue) + " of LISTEN_FDS is not open"
        }
        // No process has more descriptors than that.
        let preserved = Int32(clamping: max(0, min(count, Int(Int32.max) / 2)))
        let first = DescriptorNumber.passed(activated)
        if complaint == nil, let closed = first.firstClosed(among: preserved) {
            complaint =
                "unable to stat preserved-fd " + String(closed.rawValue - first.rawValue) + " (of " + String(count)
                + "): no such file or directory"
        }
        self.activated = activated
        self.preserved = preserved
        // A negative number is that of nobody, as in runc.
        self.status = status.flatMap { $0 < 0 ? nil : Int32(clamping: $0) }
        if complaint == nil, let number = self.status {
            do throws(Errno) {
                let file = DescriptorNumber(rawValue: number)
                let isWritable = try file.lend { (file) throws(Errno) in try file.isWritable() }
                if !isWritable { complaint = "invalid --status-fd argument \(number): not writable" }
            } catch {
                complaint = "invalid --status-fd argument \(number): " + error.message
            }
        }
        self.complaint = complaint
    }

    /// The same, when all descriptors are open.
    func checked() throws(CommandError) -> PassedDescriptors {
        if let complaint { throw CommandError(complaint) }
        return self
    }

    /// The number of descriptors that socket activation hands to this very process. See sd_listen_fds(3).
    private static var activatedCount: Int32 {
        guard let text = environmentVariable("LISTEN_PID"), Int32(text.text) == processIdentifier,
            let count = environmentVariable("LISTEN_FDS"), let number = Int32(count.text), number > 0,
            number < 1 << 20
        else { return 0 }
        return number
    }
}
