import Glibc

/// A child of this process that the library knows nothing of.
struct ForeignChild {
    let pid: pid_t

    /// Starts a program that ends with `code` at once, after it has started one that outlives it.
    init(endingWith code: Int32, leavingOrphan: Bool = false) {
        var pid: pid_t = 0
        let script = (leavingOrphan ? "/bin/sleep 0.05 & " : "") + "exit \(code)"
        var arguments: [UnsafeMutablePointer<CChar>?] = [strdup("sh"), strdup("-c"), strdup(script), nil]
        defer { for argument in arguments { free(argument) } }
        posix_spawn(&pid, "/bin/sh", nil, nil, &arguments, environ)
        self.pid = pid
    }

    /// Waits until it has ended, and leaves it unreaped.
    func awaitEnd() {
        var information = siginfo_t()
        while waitid(P_PID, id_t(pid), &information, WEXITED | WNOWAIT) == -1, errno == EINTR {}
    }

    /// Takes its status: the exit code, or nil when somebody else has taken it.
    func reap() -> Int32? {
        var status: Int32 = 0
        while true {
            let result = waitpid(pid, &status, 0)
            if result == pid { return status & 0x7f == 0 ? (status >> 8) & 0xff : nil }
            if result == -1, errno == EINTR { continue }
            return nil
        }
    }
}
