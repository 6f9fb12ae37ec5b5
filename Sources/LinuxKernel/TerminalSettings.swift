import CLinuxKernel

/// The settings of a terminal, to be put back. See termios(3).
package struct TerminalSettings: @unchecked Sendable {
    private var raw = termios()

    /// Reads the settings of a terminal.
    package init(of terminal: borrowing FileDescriptor) throws(Errno) {
        try check(linux_tcgetattr(terminal.raw, &raw))
    }

    /// The settings for passing every byte of the input through; the output still gets its carriage returns.
    package var madeRaw: TerminalSettings {
        var settings = self
        cfmakeraw(&settings.raw)
        settings.raw.c_oflag |= tcflag_t(OPOST)
        return settings
    }

    /// The settings without the translation of newlines in the output.
    package var withoutNewlineTranslation: TerminalSettings {
        var settings = self
        settings.raw.c_oflag &= ~tcflag_t(ONLCR)
        return settings
    }

    /// Gives a terminal these settings, once its output is through.
    package func apply(to terminal: borrowing FileDescriptor) throws(Errno) {
        var settings = raw
        try check(linux_tcsetattr(terminal.raw, TCSADRAIN, &settings))
    }
}

extension FileDescriptor {
    /// Whether this is a terminal. See isatty(3).
    package var isTerminal: Bool {
        var settings = termios()
        return linux_tcgetattr(raw, &settings) == 0
    }
}
