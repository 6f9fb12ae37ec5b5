import RuntimeSpec

/// What a filter returns for a system call, `SECCOMP_RET_…`: an action and sixteen bits of data. See seccomp(2).
package struct Verdict: Hashable, Sendable {
    package let rawValue: UInt32
    package init(rawValue: UInt32) { self.rawValue = rawValue }

    package static var killThread: Verdict { Verdict(rawValue: 0x0000_0000) }
    package static var killProcess: Verdict { Verdict(rawValue: 0x8000_0000) }
    package static var trap: Verdict { Verdict(rawValue: 0x0003_0000) }
    package static var notify: Verdict { Verdict(rawValue: 0x7fc0_0000) }
    package static var log: Verdict { Verdict(rawValue: 0x7ffc_0000) }
    package static var allow: Verdict { Verdict(rawValue: 0x7fff_0000) }
    package static func errno(_ number: UInt16) -> Verdict { Verdict(rawValue: 0x0005_0000 | UInt32(number)) }
    package static func trace(_ data: UInt16) -> Verdict { Verdict(rawValue: 0x7ff0_0000 | UInt32(data)) }

    /// The verdict of an action whose data is `number`, or EPERM without one; nil when the number has no place.
    package init?(_ action: SeccompAction, _ number: UInt32?) {
        switch action {
        case .kill, .killThread: self = .killThread
        case .killProcess: self = .killProcess
        case .trap: self = .trap
        case .notify: self = .notify
        case .log: self = .log
        case .allow: self = .allow
        case .errno:
            // The kernel cuts larger ones to its greatest error number.
            guard let number = UInt16(exactly: number ?? 1), number <= 4095 else { return nil }
            self = .errno(number)
        case .trace:
            guard let number = UInt16(exactly: number ?? 1) else { return nil }
            self = .trace(number)
        }
    }

    /// Whether calls go on, or may go on by the will of a tracer.
    var isPermissive: Bool {
        rawValue == Self.allow.rawValue || rawValue == Self.log.rawValue || rawValue & 0xffff_0000 == 0x7ff0_0000
    }

    /// The verdict as `explain` shows it, such as `errno(1)`.
    package var text: String {
        let data = String(rawValue & 0xffff)
        switch rawValue & 0xffff_0000 {
        case 0x0000_0000: return "kill_thread"
        case 0x8000_0000: return "kill_process"
        case 0x0003_0000: return "trap"
        case 0x0005_0000: return "errno(" + data + ")"
        case 0x7fc0_0000: return "notify"
        case 0x7ff0_0000: return "trace(" + data + ")"
        case 0x7ffc_0000: return "log"
        case 0x7fff_0000: return "allow"
        default: return "0x" + String(rawValue, radix: 16)
        }
    }
}
