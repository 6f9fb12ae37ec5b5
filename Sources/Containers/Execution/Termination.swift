import LinuxKernel

/// How a process ended.
public enum TerminationStatus: Hashable, Sendable {
    /// It ended by itself, with this exit code.
    case exited(Int32)
    /// A signal ended it.
    case signaled(Signal)
    /// It has ended, and nobody can tell how any more: another part of the program, or another program, has taken its
    /// status.
    case unknown

    /// Whether it ended by itself with exit code 0.
    public var isSuccess: Bool { self == .exited(0) }

    /// The number that a shell would give: the exit code, or 128 and the signal; nil for `unknown`.
    public var shellCode: Int32? {
        switch self {
        case .exited(let code): code
        case .signaled(let signal): 128 + signal.rawValue
        case .unknown: nil
        }
    }

    init(_ status: ProcessStatus) {
        switch status {
        case .exited(let code): self = .exited(code)
        case .killed(let signal): self = .signaled(Signal(rawValue: signal))
        }
    }
}

extension TerminationStatus: CustomStringConvertible {
    /// The status in words, such as `exited with 1` or `killed by SIGKILL`.
    public var description: String {
        switch self {
        case .exited(let code): "exited with \(code)"
        case .signaled(let signal): "killed by \(signal)"
        case .unknown: "ended in an unknown way"
        }
    }
}

/// The end of a process: how it ended, and what it had used.
public struct Termination: Hashable, Sendable {
    /// How it ended.
    public let status: TerminationStatus
    /// What it had used; nil where only its parent would know.
    public let resourceUsage: ResourceUsage?

    init(status: TerminationStatus, resourceUsage: ResourceUsage? = nil) {
        self.status = status
        self.resourceUsage = resourceUsage
    }
}

/// What a process has used, with those of its children that it waited for. See getrusage(2).
///
/// What a container uses as a whole is in `Container.statistics()`.
public struct ResourceUsage: Hashable, Sendable {
    /// The time of processors spent in programs.
    public let userTime: Duration
    /// The time of processors spent in the kernel for them.
    public let systemTime: Duration
    /// The most memory that one of them had at once, in bytes.
    public let peakMemory: Int64
    /// Faults of pages that needed no reading.
    public let minorPageFaults: Int64
    /// Faults of pages that had to be read.
    public let majorPageFaults: Int64
    /// How often file systems read for it.
    public let blockReads: Int64
    /// How often file systems wrote for it.
    public let blockWrites: Int64
    /// How often it waited and gave its processor up.
    public let voluntaryContextSwitches: Int64
    /// How often its processor was taken away.
    public let involuntaryContextSwitches: Int64

    init(_ use: ResourceUse) {
        userTime = .microseconds(use.userMicroseconds)
        systemTime = .microseconds(use.systemMicroseconds)
        peakMemory = use.peakMemory
        minorPageFaults = use.minorFaults
        majorPageFaults = use.majorFaults
        blockReads = use.blocksRead
        blockWrites = use.blocksWritten
        voluntaryContextSwitches = use.voluntarySwitches
        involuntaryContextSwitches = use.involuntarySwitches
    }
}
