/// Why a profile cannot become a filter.
public struct SeccompError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The property of config.json, below `linux.seccomp`, such as `syscalls[3].args[0].index`.
    public var path: String
    /// The reason, as the end of a sentence.
    public var reason: Reason

    /// The reasons.
    #if hasAttribute(nonexhaustive)
        @nonexhaustive
    #endif
    public enum Reason: Equatable, Sendable {
        /// The default action would notify about the runtime's own calls.
        case notifyByDefault
        /// A rule notifies, but no listener is named.
        case noListener
        /// The number does not fit into the data of the action.
        case numberTooLarge(UInt32)
        /// There are six arguments.
        case noSuchArgument(UInt32)
        /// The rules for a call ask for different actions under the same conditions.
        case conflict(call: String)
        /// The flag works only together with a notifying rule.
        case flagWithoutListener
        /// The kernel's limit is 4096 instructions.
        case tooLong(instructions: Int)
    }

    /// The property and the reason.
    public var description: String { path + ": " + message }

    /// The reason in words.
    public var message: String {
        switch reason {
        case .notifyByDefault: "SCMP_ACT_NOTIFY cannot be used as default action"
        case .noListener: "seccomp listenerPath is not set"
        case .numberTooLarge(let number): "errno " + String(number) + " is too large"
        case .noSuchArgument(let index): "system calls have no argument " + String(index)
        case .conflict(let call): "rules for " + call + " have the same conditions and different actions"
        case .flagWithoutListener: "SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV needs a rule with SCMP_ACT_NOTIFY"
        case .tooLong(let count): "the filter has " + String(count) + " instructions, more than the kernel's 4096"
        }
    }
}
