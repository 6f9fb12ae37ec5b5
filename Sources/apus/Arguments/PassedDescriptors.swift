import Linux

/// The descriptors that the caller passes on to the container: from 3 on those of `LISTEN_FDS`, then `--preserve-fds`.
enum PassedDescriptors {
    /// The index of the first descriptor of `--preserve-fds` that is not open. To be asked before anything is opened.
    static func firstMissing(_ arguments: ParsedArguments) -> Int? {
        guard let count = arguments.integer(.preserveFDs), count > 0 else { return nil }
        let first = 3 + activated
        var index = 0
        while index < count {
            // Numbers beyond any limit of open files are not open either.
            guard let number = Int32(exactly: first + index), isOpen(number) else { return index }
            index += 1
        }
        return nil
    }

    /// The number of descriptors that socket activation hands to this very process. See sd_listen_fds(3).
    static var activated: Int {
        guard let text = environmentVariable("LISTEN_PID"), Int32(text) == processIdentifier,
            let count = environmentVariable("LISTEN_FDS"), let number = Int(count), number > 0, number < 1 << 20
        else { return 0 }
        return number
    }
}
