import CLinuxKernel

/// The value of an environment variable of this process; nil when it is not set.
package func environmentVariable(_ name: StaticString) -> ByteString? {
    name.withUTF8Buffer { buffer in
        guard let start = buffer.baseAddress else { return nil }
        // A StaticString is NUL-terminated.
        return start.withMemoryRebound(to: CChar.self, capacity: buffer.count + 1) { key in
            guard let value = linux_getenv(key) else { return nil }
            return ByteString(cString: value)
        }
    }
}

/// All environment variables of this process, each as `NAME=VALUE`.
package func environmentVariables() -> [ByteString] {
    var variables: [ByteString] = []
    guard var entry = linux_environment() else { return variables }
    while let variable = entry.pointee {
        variables.append(ByteString(cString: variable))
        entry += 1
    }
    return variables
}

/// The absolute path of the working directory; one outside of the root does not start with a slash. See getcwd(2).
package func currentDirectory() throws(Errno) -> Path {
    var failure: Errno?
    let bytes = [UInt8](unsafeUninitializedCapacity: 4096) { buffer, size in
        let result = buffer.withMemoryRebound(to: CChar.self) { linux_getcwd($0.baseAddress, 4096) }
        // The length counts the NUL at the end.
        if result < 0 { failure = Errno(rawValue: Int32(truncatingIfNeeded: -result)) } else { size = result - 1 }
    }
    if let failure { throw failure }
    return Path(ByteString(bytes: bytes))
}

/// Whether a descriptor is a terminal. See isatty(3).
package func isTerminal(_ descriptor: Int32) -> Bool {
    var settings = termios()
    return linux_tcgetattr(descriptor, &settings) == 0
}

/// Whether `descriptor` is open. See fcntl(2), `F_GETFD`.
package func isOpen(_ descriptor: Int32) -> Bool { linux_fcntl(descriptor, F_GETFD, 0) >= 0 }

/// The id of this process.
package var processIdentifier: Int32 { Int32(truncatingIfNeeded: linux_getpid()) }

/// Ends the process at once, without running exit handlers: nothing here buffers output.
package func exitProcess(_ status: Int32) -> Never { linux_exit_group(status) }

/// The effective user of this process. See geteuid(2).
package var effectiveUser: UInt32 { geteuid() }

/// The effective group of this process. See getegid(2).
package var effectiveGroup: UInt32 { getegid() }

/// The seconds of the monotonic clock.
package func monotonicSeconds() -> Int {
    Int(linux_now_nanoseconds(CLOCK_MONOTONIC) / 1_000_000_000)
}
