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
