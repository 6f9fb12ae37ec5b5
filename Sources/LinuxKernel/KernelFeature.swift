import CLinuxKernel

/// Something of the kernel that this program uses and that not every kernel has, or that a filter of system calls around
/// the program may refuse.
package struct KernelFeature: Sendable {
    /// What manual pages call it.
    package let name: StaticString
    /// The first kernel that has it.
    package let since: StaticString
    /// What happens on a kernel without it.
    package let before: StaticString
    /// Whether no container can be made and managed without it.
    package let isRequired: Bool
    private let probe: Probe

    /// How to find out, without any effect, whether it is there.
    private enum Probe: Sendable {
        /// A system call with arguments that it refuses before it does anything.
        case call(Int, [Int])
        /// A file that kernels with the feature have.
        case file(StaticString)
        /// A question of its own.
        case question(@Sendable () -> Presence)
    }

    /// Whether it is there.
    package enum Presence: Sendable {
        case present
        case absent
        /// Refused to this process: by a filter around it, or for want of privileges.
        case refused
    }

    private init(
        _ name: StaticString, since: StaticString, before: StaticString, isRequired: Bool = false, _ probe: Probe
    ) {
        self.name = name
        self.since = since
        self.before = before
        self.isRequired = isRequired
        self.probe = probe
    }

    /// Asks the running kernel.
    package var presence: Presence {
        switch probe {
        case .file(let path): return fileExists(Path(ByteString(stringLiteral: path))) ? .present : .absent
        case .question(let ask): return ask()
        case .call(let number, let arguments):
            var words = arguments
            while words.count < 6 { words.append(0) }
            let result = linux_syscall(number, words[0], words[1], words[2], words[3], words[4], words[5])
            switch Errno(rawValue: Int32(truncatingIfNeeded: -result)) {
            case .noSuchSystemCall: return .absent
            case .notPermitted: return .refused
            default: return .present
            }
        }
    }
}

extension KernelFeature {
    /// All of them, the oldest first.
    package static let all: [KernelFeature] = [
        KernelFeature(
            "memfd_create", since: "3.17",
            before:
                "errors are more than 64 KiB of a plan, a filter that denies a message, and a runtime whose mount cannot be copied or overlaid",
            .call(Int(SYS_memfd_create), [0, ~0])),
        KernelFeature(
            "execveat", since: "3.19",
            before: "the runtime's sealed copy is executed by its name in /proc/self/fd",
            .call(Int(SYS_execveat), [-1, 0, 0, 0, ~0])),
        KernelFeature(
            "pressure stall information", since: "4.20", before: "`events` has no pressure",
            .file("/proc/pressure/cpu")),
        KernelFeature(
            "SECCOMP_RET_USER_NOTIF", since: "5.0", before: "a profile with SCMP_ACT_NOTIFY is an error",
            .question { SeccompCalls.hasAction(0x7fc0_0000) ? .present : .absent }),
        KernelFeature(
            "pidfd_send_signal", since: "5.1", before: "`kill` and `delete` of a container that runs are errors",
            isRequired: true, .call(424, [-1])),
        KernelFeature(
            "open_tree, move_mount, fsopen, fsconfig, fsmount", since: "5.2",
            before:
                "mount(2) is used; the runtime's sealed copy lies in memory, which takes 2 ms more; `mounts add` is an error",
            .call(428, [-1, 0, ~0])),
        KernelFeature(
            "pidfd_open", since: "5.3", before: "`start`, `exec`, `kill` and `delete` are errors", isRequired: true,
            .call(434, [-1])),
        KernelFeature(
            "clone3", since: "5.3", before: "clone(2) is used, and the child moves itself into its cgroup",
            .call(435, [0, 0])),
        KernelFeature(
            "waitid with P_PIDFD", since: "5.4",
            before: "what takes a second process is an error: joining pid namespaces, as `exec` does", isRequired: true,
            .question(waitsForDescriptors)),
        KernelFeature(
            "openat2", since: "5.6", before: "paths in the container are walked component by component",
            .call(437, [-1, 0, 0, 0])),
        KernelFeature(
            "time namespaces", since: "5.6", before: "a new one is an error", .file("/proc/self/ns/time")),
        KernelFeature(
            "CLONE_INTO_CGROUP", since: "5.7",
            before:
                "the child moves itself into its cgroup of version 2 before its exec, which takes some milliseconds",
            .question(clonesIntoCgroups)),
        KernelFeature(
            "STATX_MNT_ID and STATX_ATTR_MOUNT_ROOT", since: "5.8",
            before: "`mounts remove` and `restore` are errors", .question(knowsMounts)),
        KernelFeature(
            "faccessat2", since: "5.8", before: "faccessat(2) is used", .call(439, [-1, 0, 0, 0xffff])),
        KernelFeature(
            "close_range", since: "5.9", before: "the descriptors that /proc/self/fd lists are closed one by one",
            .call(436, [1, 0, 0])),
        KernelFeature(
            "CLOSE_RANGE_CLOEXEC", since: "5.11",
            before: "the descriptors that /proc/self/fd lists are marked one by one", .question(marksRanges)),
        KernelFeature(
            "mount_setattr", since: "5.12",
            before:
                "mounts are changed with mount(2); recursive options such as `rro` and mounts with mapped ids are errors",
            .call(442, [-1, 0, ~0, 0, 0])),
        KernelFeature(
            "SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV", since: "5.19",
            before: "the flag is an error",
            .question { SeccompCalls.takesFilter(flags: 0x28) ? .present : .absent }),
        KernelFeature(
            "MFD_EXEC and MFD_NOEXEC_SEAL", since: "6.3", before: "files in memory are made without them",
            .question(namesPurposes)),
        KernelFeature(
            "open_tree_attr", since: "6.15",
            before:
                "a mount is copied and changed with two calls; a container's init is executed through an overlay, which takes 0.15 ms more",
            .call(467, [-1, 0, ~0, 0, 0])),
        KernelFeature(
            "PIDFD_INFO_EXIT", since: "6.15",
            before: "`wait` knows the status of a container only from its parent, or from `run --keep`",
            .question(keepsStatus)),
        KernelFeature(
            "option pidns of procfs", since: "6.17",
            before:
                "the child enters its pid namespace before it mounts /proc, hidden; `mounts add` of a procfs is an error",
            .question { Procfs.takesNamespace() ? .present : effectiveUser == 0 ? .absent : .refused }),
    ]

    // Before Linux 5.7 the larger structure is E2BIG, or the flag EINVAL; after it, the descriptor is looked at.
    private static func clonesIntoCgroups() -> Presence {
        var arguments = linux_clone_args()
        arguments.flags = CloneFlags.intoCgroup.rawValue
        arguments.cgroup = UInt64(Int32.max)
        switch Errno(rawValue: Int32(truncatingIfNeeded: -linux_clone3(&arguments))) {
        case .badFileDescriptor: return .present
        case .notPermitted: return .refused
        default: return .absent
        }
    }

    private static func waitsForDescriptors() -> Presence {
        var information = siginfo_t()
        let result = linux_waitid(Waiting.behindDescriptor, Int32.max, &information, Waiting.look)
        return Errno(rawValue: Int32(truncatingIfNeeded: -result)) == .badFileDescriptor ? .present : .absent
    }

    private static func knowsMounts() -> Presence {
        do throws(Errno) {
            let root = try FileDescriptor.open("/", [.path, .directory])
            _ = try root.mountID()
            _ = try root.isMountRoot()
            return .present
        } catch .notPermitted {
            return .refused
        } catch {
            return .absent
        }
    }

    private static func marksRanges() -> Presence {
        // Of a descriptor that nothing can have.
        let result = linux_close_range(UInt32(Int32.max), UInt32(Int32.max), 4)
        switch Errno(rawValue: Int32(truncatingIfNeeded: -result)) {
        case .invalidArgument, .noSuchSystemCall: return .absent
        case .notPermitted: return .refused
        default: return .present
        }
    }

    // A name that cannot be read is looked at after the flags.
    private static func namesPurposes() -> Presence {
        let result = linux_syscall(Int(SYS_memfd_create), 0, 0x10, 0, 0, 0, 0)
        switch Errno(rawValue: Int32(truncatingIfNeeded: -result)) {
        case .notPermitted: return .refused
        case .invalidArgument, .noSuchSystemCall: return .absent
        default: return .present
        }
    }

    private static func keepsStatus() -> Presence {
        var status: Int32 = 0
        do throws(Errno) {
            let own = try FileDescriptor.process(processIdentifier)
            // A process that has not ended has no status: only a kernel without the question refuses it.
            _ = try check(linux_pidfd_exit_status(own.raw, &status))
            return .present
        } catch .notPermitted {
            return .refused
        } catch {
            return .absent
        }
    }
}
