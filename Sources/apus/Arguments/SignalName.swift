/// The signals by their names and numbers. See signal(7).
enum SignalName {
    /// The number that `text` stands for: a decimal number as it is, or a name in any case, with or without `SIG`.
    ///
    /// The number is not checked, so that the kernel says what is wrong with it; nil for an unknown name.
    static func number(_ text: String) -> Int32? {
        do throws(GoSyntax.NumberError) {
            return Int32(clamping: try GoSyntax.decimal(text))
        } catch {
            // Not a number, so a name.
        }
        var name = text.uppercased()
        if name.hasPrefix("SIG") { name.removeFirst(3) }
        return standard(name) ?? realTime(name)
    }

    /// The standard signals, sorted by their numbers on x86 and ARM.
    static var standard: [StaticString] {
        [
            "HUP", "INT", "QUIT", "ILL", "TRAP", "ABRT", "BUS", "FPE", "KILL", "USR1", "SEGV", "USR2", "PIPE", "ALRM",
            "TERM", "STKFLT", "CHLD", "CONT", "STOP", "TSTP", "TTIN", "TTOU", "URG", "XCPU", "XFSZ", "VTALRM", "PROF",
            "WINCH", "IO", "PWR", "SYS",
        ]
    }

    private static func standard(_ name: String) -> Int32? {
        for (index, candidate) in standard.enumerated() where candidate.matches(name) { return Int32(index) + 1 }
        return nil
    }

    /// `RTMIN`, `RTMIN+2`, `RTMAX-1`; the C library keeps the first two real-time signals for itself.
    private static func realTime(_ name: String) -> Int32? {
        let minimum: Int32 = 34
        let maximum: Int32 = 64
        let number: Int32?
        if name == "RTMIN" {
            number = minimum
        } else if name == "RTMAX" {
            number = maximum
        } else if name.hasPrefix("RTMIN+") {
            number = offset(name).map { minimum + $0 }
        } else if name.hasPrefix("RTMAX-") {
            number = offset(name).map { maximum - $0 }
        } else {
            number = nil
        }
        guard let number, number >= minimum, number <= maximum else { return nil }
        return number
    }

    private static func offset(_ name: String) -> Int32? {
        guard let value = UInt8(name.dropFirst(6)) else { return nil }
        return Int32(value)
    }
}
