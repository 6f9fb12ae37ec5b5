import Linux

/// Who the program runs as: groups, then group, then user. See credentials(7).
package struct IdentityStep: Equatable, Sendable {
    package var user: UInt32
    package var group: UInt32
    /// Nil leaves the supplementary groups as they are.
    package var additionalGroups: [UInt32]?
    package var umask: UInt32

    package init(user: UInt32, group: UInt32, additionalGroups: [UInt32]?, umask: UInt32) {
        self.user = user
        self.group = group
        self.additionalGroups = additionalGroups
        self.umask = umask
    }
}

/// One resource limit. See prlimit(2).
package struct ResourceLimitStep: Equatable, Sendable {
    package var resource: Int32
    package var soft: UInt64
    package var hard: UInt64
}

/// A memory policy. See set_mempolicy(2).
package struct MemoryPolicyStep: Equatable, Sendable {
    package var mode: Int32
    package var nodes: [Int32]
}

/// An I/O priority. See ioprio_set(2).
package struct IOPriorityStep: Equatable, Sendable {
    package var ioClass: Int32
    package var priority: Int32
}

/// The session keyring. See keyctl(2).
package struct KeyringStep: Equatable, Sendable {
    package var name: ByteString
    /// Permission bits to add, so that the possessor can search it; 0 when the ring exists and is only joined.
    package var permissions: UInt32
}

/// The folder the program starts in.
package struct WorkingDirectoryStep: Equatable, Sendable {
    package var path: Path
    /// Whether a failure is left to the next try, as another user.
    package var isAttempt: Bool
}

/// The program, its arguments and its environment. See execve(2).
package struct ExecuteStep: Equatable, Sendable {
    package var arguments: [ByteString]
    package var environment: [ByteString]
    /// Whether HOME comes from the container's /etc/passwd.
    package var findsHome: Bool
    /// The user whose home that is.
    package var user: UInt32
    /// How many descriptors from 3 on the program gets.
    package var passedDescriptors: Int32
}

/// A compiled seccomp filter.
package struct SeccompStep: Equatable, Sendable {
    /// The program with its flags, as `SeccompProgram` packs it.
    package var words: [UInt64]
    /// Whether a listener comes with it.
    package var listens: Bool
}

/// The new terminal of the program. See pty(7).
package struct TerminalStep: Equatable, Sendable {
    package var height: UInt16
    package var width: UInt16
    /// The user who owns the terminal.
    package var user: UInt32
    /// Whether the terminal is also bound on /dev/console.
    package var isConsole: Bool
}

/// The labels that security modules give the program at its exec.
package struct SecurityLabelStep: Equatable, Sendable {
    package var module: Module
    package var label: ByteString

    package enum Module: UInt8, Sendable {
        case apparmor, selinux
    }
}

/// One offset of a new time namespace. See time_namespaces(7).
package struct TimeOffsetStep: Equatable, Sendable {
    package var clock: Clock
    package var seconds: Int64
    package var nanoseconds: UInt32

    package enum Clock: UInt8, Sendable {
        case monotonic, boottime
    }
}

extension IdentityStep: PlanCodable {
    package func encode(to encoder: inout PlanEncoder) {
        encoder.encode(user)
        encoder.encode(group)
        encoder.encode(additionalGroups != nil)
        encoder.encode(additionalGroups ?? [])
        encoder.encode(umask)
    }

    package init(from decoder: inout PlanDecoder) throws(PlanCodingError) {
        user = try decoder.decode()
        group = try decoder.decode()
        let hasGroups = try decoder.decode(Bool.self)
        let groups = try decoder.decode([UInt32].self)
        additionalGroups = hasGroups ? groups : nil
        umask = try decoder.decode()
    }
}

extension ResourceLimitStep: PlanCodable {
    package func encode(to encoder: inout PlanEncoder) {
        encoder.encode(resource)
        encoder.encode(soft)
        encoder.encode(hard)
    }

    package init(from decoder: inout PlanDecoder) throws(PlanCodingError) {
        resource = try decoder.decode()
        soft = try decoder.decode()
        hard = try decoder.decode()
    }
}

extension MemoryPolicyStep: PlanCodable {
    package func encode(to encoder: inout PlanEncoder) {
        encoder.encode(mode)
        encoder.encode(nodes)
    }

    package init(from decoder: inout PlanDecoder) throws(PlanCodingError) {
        mode = try decoder.decode()
        nodes = try decoder.decode([Int32].self)
    }
}

extension IOPriorityStep: PlanCodable {
    package func encode(to encoder: inout PlanEncoder) {
        encoder.encode(ioClass)
        encoder.encode(priority)
    }

    package init(from decoder: inout PlanDecoder) throws(PlanCodingError) {
        ioClass = try decoder.decode()
        priority = try decoder.decode()
    }
}

extension KeyringStep: PlanCodable {
    package func encode(to encoder: inout PlanEncoder) {
        encoder.encode(name)
        encoder.encode(permissions)
    }

    package init(from decoder: inout PlanDecoder) throws(PlanCodingError) {
        name = try decoder.decode(ByteString.self)
        permissions = try decoder.decode()
    }
}

extension WorkingDirectoryStep: PlanCodable {
    package func encode(to encoder: inout PlanEncoder) {
        encoder.encode(path)
        encoder.encode(isAttempt)
    }

    package init(from decoder: inout PlanDecoder) throws(PlanCodingError) {
        path = try decoder.decode(Path.self)
        isAttempt = try decoder.decode(Bool.self)
    }
}

extension ExecuteStep: PlanCodable {
    package func encode(to encoder: inout PlanEncoder) {
        encoder.encode(arguments)
        encoder.encode(environment)
        encoder.encode(findsHome)
        encoder.encode(user)
        encoder.encode(passedDescriptors)
    }

    package init(from decoder: inout PlanDecoder) throws(PlanCodingError) {
        arguments = try decoder.decode([ByteString].self)
        environment = try decoder.decode([ByteString].self)
        findsHome = try decoder.decode(Bool.self)
        user = try decoder.decode()
        passedDescriptors = try decoder.decode()
    }
}

extension SeccompStep: PlanCodable {
    package func encode(to encoder: inout PlanEncoder) {
        encoder.encode(words)
        encoder.encode(listens)
    }

    package init(from decoder: inout PlanDecoder) throws(PlanCodingError) {
        words = try decoder.decode([UInt64].self)
        listens = try decoder.decode(Bool.self)
    }
}

extension TerminalStep: PlanCodable {
    package func encode(to encoder: inout PlanEncoder) {
        encoder.encode(height)
        encoder.encode(width)
        encoder.encode(user)
        encoder.encode(isConsole)
    }

    package init(from decoder: inout PlanDecoder) throws(PlanCodingError) {
        height = try decoder.decode()
        width = try decoder.decode()
        user = try decoder.decode()
        isConsole = try decoder.decode(Bool.self)
    }
}

extension SecurityLabelStep: PlanCodable {
    package func encode(to encoder: inout PlanEncoder) {
        encoder.encode(module)
        encoder.encode(label)
    }

    package init(from decoder: inout PlanDecoder) throws(PlanCodingError) {
        module = try decoder.decode(Module.self)
        label = try decoder.decode(ByteString.self)
    }
}

extension TimeOffsetStep: PlanCodable {
    package func encode(to encoder: inout PlanEncoder) {
        encoder.encode(clock)
        encoder.encode(seconds)
        encoder.encode(nanoseconds)
    }

    package init(from decoder: inout PlanDecoder) throws(PlanCodingError) {
        clock = try decoder.decode(Clock.self)
        seconds = try decoder.decode()
        nanoseconds = try decoder.decode()
    }
}
