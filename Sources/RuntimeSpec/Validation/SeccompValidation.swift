import StrictJSON

extension Validation {
    mutating func check(_ profile: SeccompProfile) {
        let base = "linux.seccomp"
        if profile.defaultAction == .notify {
            report(base, "defaultAction", "SCMP_ACT_NOTIFY cannot be used as default action")
        }
        check(errno: profile.defaultErrnoRet, of: profile.defaultAction) { (base, "defaultErrnoRet") }
        if profile.listenerPath == nil, let metadata = profile.listenerMetadata {
            report(base, "listenerMetadata", quotation(of: metadata) + " is given, but seccomp listenerPath is not set")
        }
        for (index, rule) in profile.syscalls.enumerated() { check(rule, index, of: profile) }
    }

    private mutating func check(_ rule: SyscallRule, _ index: Int, of profile: SeccompProfile) {
        let path = { "linux.seccomp.syscalls[\(index)]" }
        if rule.names.isEmpty { report(path(), "names", "must not be empty") }
        check(errno: rule.errnoRet, of: rule.action) { (path(), "errnoRet") }
        if rule.action == .notify {
            if profile.listenerPath == nil {
                report(path(), "action", "\"SCMP_ACT_NOTIFY\" is given, but seccomp listenerPath is not set")
            }
            // The runtime itself has to write after the filter is loaded.
            if rule.names.contains("write") {
                report(path(), "action", "SCMP_ACT_NOTIFY cannot be used for the write syscall")
            }
        }
        for (place, argument) in rule.args.enumerated() where argument.index > 5 {
            report(path(), "args[\(place)].index", "\(argument.index) is out of range (0 to 5)")
        }
    }

    /// Only two actions carry a number: an error number of at most 4095, or 16 bits for the tracer.
    private mutating func check(
        errno: UInt32?, of action: SeccompAction, _ place: () -> (base: String, property: String)
    ) {
        guard let errno else { return }
        let highest: UInt32
        switch action {
        case .errno: highest = 4095
        case .trace: highest = 65535
        case .kill, .killProcess, .killThread, .trap, .allow, .log, .notify:
            let place = place()
            return report(place.base, place.property, "\(errno) is given, but \"\(action.rawValue)\" takes none")
        }
        if errno > highest {
            let place = place()
            report(place.base, place.property, "\(errno) is out of range (0 to \(highest))")
        }
    }
}
