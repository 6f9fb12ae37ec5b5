import Linux
import RuntimeSpec
import Systemd

extension ParentOperation {
    /// The operation in words, for a reader of the plan.
    var description: (name: String, detail: String) {
        switch self {
        case .startUnit(let unit, let properties):
            (
                "start-unit",
                ([unit.name + " in " + unit.slice.name] + properties.map { $0.name + "=" + $0.value.description })
                    .joined(separator: " ")
            )
        case .makeCgroup: ("make-cgroup", "in every hierarchy")
        case .openNamespace(_, let path, let flags): ("open-namespace", flags.text + " " + path.text)
        case .prepareMount(let step):
            ("prepare-mount", step.path + " for " + step.destination + (step.idMap == nil ? "" : ", id-mapped"))
        case .prepareDevices(let step):
            ("prepare-devices", step.devices.compactMap { $0?.path.text }.joined(separator: " "))
        case .spawn(let plan):
            (
                "spawn",
                (plan.flags.isEmpty ? "no new namespaces" : "new: " + plan.flags.text)
                    + (plan.isStaged ? ", in two processes" : "")
                    + (plan.processors.isEmpty ? "" : ", on processors \(plan.processors)")
            )
        case .writeIDMappings(let mappings):
            ("write-id-mappings", "users " + text(mappings.users) + "; groups " + text(mappings.groups))
        case .limitUnit: ("limit-unit", "the limits as properties of the unit")
        case .limitCgroup(_, let enforcingDevices): ("limit-cgroup", enforcingDevices ? "devices" : "")
        case .delegateCgroup(let user): ("delegate-cgroup", "to user \(user)")
        case .joinIntelRdt(let step):
            (
                "join-resctrl",
                ([step.path.bytes] + step.limits + step.schemata).map(\.text).joined(separator: " ")
                    + (step.monitoring == nil ? "" : ", monitored")
            )
        case .await(let point): ("await-init", "at " + point.text)
        case .release(let point): ("release-init", "from " + point.text)
        case .moveNetworkDevice(let name, let target): ("move-network-device", name.text + " as " + target)
        case .runHooks(let kind, let hooks): ("run-hooks", "\(kind.name): " + paths(of: hooks))
        case .awaitReady: ("await-init", "ready to start")
        case .recordCreated: ("record-created", "state.json, pid file")
        }
    }

    private func text(_ mappings: [IDMapping]) -> String {
        mappings.map { "\($0.containerID):\($0.hostID):\($0.size)" }.joined(separator: ",")
    }
}

private func paths(of hooks: [HookStep]) -> String { hooks.map(\.path.text).joined(separator: ", ") }

extension MeetingPoint {
    var text: String {
        switch self {
        case .identity: "identity"
        case .hooks: "hooks"
        }
    }
}

extension ChildOperation {
    /// The operation in words, for a reader of the plan.
    var description: (name: String, detail: String) {
        switch self {
        case .setOOMScore(let value): ("oom-score", String(value))
        case .hide: ("hide", "undumpable")
        case .resetAffinity: ("cpu-affinity", "all processors")
        case .joinNamespace(_, let flags): ("join-namespace", flags.text)
        case .fork(let flags): ("fork", flags.isEmpty ? "" : "new: " + flags.text)
        case .enterPIDNamespace: ("fork", "into the joined pid namespace")
        case .controlTerminal: ("controlling-terminal", "")
        case .becomeNamespaceRoot: ("become-root", "of the user namespace")
        case .meet(let point): ("meet", point.text)
        case .unshare(let flags): ("unshare", flags.text)
        case .setTimeOffset(let step):
            (
                "time-offset",
                "\(step.clock == .monotonic ? "monotonic" : "boottime") \(step.seconds) \(step.nanoseconds)"
            )
        case .enterTimeNamespace: ("enter-time-namespace", "")
        case .makeSession: ("new-session", "")
        case .joinKeyring(let step): ("session-keyring", step.name.text)
        case .bringUpLoopback: ("loopback-up", "lo")
        case .setHostname(let name): ("hostname", name.text)
        case .setDomainname(let name): ("domainname", name.text)
        case .rootfs(let operation): operation.description
        case .openTerminal(let step):
            ("terminal", "\(step.width)x\(step.height)" + (step.isConsole ? ", on /dev/console" : ""))
        case .reopenNullStreams: ("null-streams", "/dev/null")
        case .runHooks(let kind, let hooks, _): ("run-hooks", "\(kind.name): " + paths(of: hooks))
        case .setPersonality(let domain): ("personality", "0x" + String(domain, radix: 16))
        case .setMemoryPolicy(let step): ("memory-policy", "mode \(step.mode), nodes \(step.nodes)")
        case .setScheduler(let attributes):
            ("scheduler", "policy \(attributes.policy), nice \(attributes.nice), priority \(attributes.priority)")
        case .setIOPriority(let step): ("io-priority", "class \(step.ioClass), priority \(step.priority)")
        case .setAffinity(let processors): ("cpu-affinity", "\(processors)")
        case .setSecurityLabel(let step):
            (step.module == .apparmor ? "apparmor-profile" : "selinux-label", step.label.text)
        case .setNoNewPrivileges: ("no-new-privileges", "")
        case .setResourceLimit(let step):
            ("resource-limit", "\(step.name) soft \(step.soft) hard \(step.hard)")
        case .dropBoundingSet(let sets): ("bounding-set", "keep " + capabilities(sets.bounding))
        case .setIdentity(let step, _):
            (
                "identity",
                "user \(step.user) group \(step.group) groups \(step.additionalGroups ?? []) umask "
                    + String(step.umask, radix: 8)
            )
        case .makeWorkingDirectory(let path): ("make-working-directory", path.text)
        case .setWorkingDirectory(let step):
            ("working-directory", step.path + (step.isAttempt ? ", as root" : ", as the user"))
        case .lookUpProgram: ("look-up-program", "in the PATH of process.env")
        case .setCapabilities(let sets): ("capabilities", "effective " + capabilities(sets.effective))
        case .loadSeccomp(let step):
            ("seccomp", "\(step.words.count - 1) instructions" + (step.listens ? ", with a listener" : ""))
        case .waitForStart: ("wait-for-start", "")
        case .waitForReader: ("wait-for-reader", "of the fifo")
        case .execute(let step): ("execute", step.arguments.map(\.text).joined(separator: " "))
        }
    }

    private func capabilities(_ mask: UInt64) -> String {
        let names = Capability.names.indices.filter { mask & (1 << UInt64($0)) != 0 }
            .map { String(Capability.names[$0].description.dropFirst(4)) }
        return names.isEmpty ? "none" : names.joined(separator: ",")
    }
}

extension ResourceLimitStep {
    var name: String {
        RlimitType.allCases.first { $0.number == resource }?.rawValue ?? String(resource)
    }
}

extension RootfsOperation {
    /// The operation in words, for a reader of the plan.
    var description: (name: String, detail: String) {
        switch self {
        case .prepareRoot(let step): ("prepare-root", step.path.text)
        case .mount(let step):
            (
                "mount",
                (step.source.isEmpty ? step.type.text : step.source.text) + " → " + step.destination + options(step)
            )
        case .takeDevices: ("take-devices", "")
        case .makeDevice(let step):
            (
                "device",
                step.path + " \(step.major):\(step.minor) " + String(step.permissions, radix: 8)
                    + (step.bindsHostNode ? ", bound" : "")
            )
        case .makeDeviceLinks: ("device-links", "fd stdin stdout stderr core ptmx")
        case .switchRoot(let step):
            switch step.way {
            case .pivot: ("switch-root", "pivot_root")
            case .move: ("switch-root", "move and chroot")
            case .changeRoot: ("switch-root", "chroot")
            }
        case .setPropagation(let step): ("root-propagation", step.propagation.text)
        case .setSysctl(let step): ("sysctl", step.key.text + "=" + step.value)
        case .makeMountsReadonly(let step): ("readonly-mounts", step.destinations.map(\.text).joined(separator: " "))
        case .makePathsReadonly(let step): ("readonly-paths", step.paths.map(\.text).joined(separator: " "))
        case .maskPaths(let step): ("masked-paths", step.paths.map(\.text).joined(separator: " "))
        case .makeRootReadonly: ("readonly-root", "")
        }
    }

    private func options(_ step: MountStep) -> String {
        var parts = step.type.isEmpty || step.type == "bind" ? [] : ["type=" + step.type.text]
        if !step.flags.isEmpty { parts.append(step.flags.text) }
        if !step.data.isEmpty { parts.append(step.data.text) }
        parts += step.propagation.map(\.text)
        return parts.isEmpty ? "" : " " + parts.joined(separator: ",")
    }
}

extension MountFlags {
    /// The flags by the names that mount(8) has for them.
    var text: String {
        let names: [(MountFlags, String)] = [
            (.readOnly, "ro"), (.noSetuid, "nosuid"), (.noDevices, "nodev"), (.noExec, "noexec"),
            (.synchronous, "sync"), (.remount, "remount"), (.mandatoryLocks, "mand"),
            (.directorySynchronous, "dirsync"), (.noSymbolicLinks, "nosymfollow"), (.noAccessTime, "noatime"),
            (.noDirectoryAccessTime, "nodiratime"), (.bind, "bind"), (.recursive, "rec"), (.silent, "silent"),
            (.unbindable, "unbindable"), (.privatePropagation, "private"), (.slave, "slave"), (.shared, "shared"),
            (.relativeAccessTime, "relatime"), (.inodeVersion, "iversion"), (.strictAccessTime, "strictatime"),
            (.lazyTime, "lazytime"),
        ]
        return names.filter { contains($0.0) }.map(\.1).joined(separator: ",")
    }
}

extension CloneFlags {
    /// The namespaces by the names of config.json.
    var text: String {
        NamespaceType.allCases.filter { contains($0.cloneFlags) }.map(\.rawValue).joined(separator: " ")
    }
}
