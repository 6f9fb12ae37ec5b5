import LinuxKernel
import RuntimeSpec
import Testing

@testable import ContainerInit
@testable import ContainerPlan
@testable import ContainerRuntime
@testable import ContainerSteps

struct RootfsPlanTests {
    private func plan(
        _ mounts: [Mount] = [], namespaces: [NamespaceType] = [.mount], cgroups: [MountFacts.CgroupPlace] = [],
        rootless: Bool = false, change: (inout LinuxConfiguration) -> Void = { _ in }
    ) throws -> RootfsPlan {
        var linux = LinuxConfiguration(namespaces: namespaces.map { Namespace(type: $0) })
        change(&linux)
        return try RootfsPlan(
            spec: Spec(root: Root(path: "rootfs"), mounts: mounts, linux: linux),
            facts: MountFacts(bundle: "/b", rootfs: "/b/rootfs", cgroups: cgroups, isRootless: rootless))
    }

    private func mounts(_ plan: RootfsPlan) -> [MountStep] {
        plan.beforeSwitch.compactMap { $0.step as? MountStep }
    }

    private func message(_ body: () throws -> Void) -> String {
        do {
            try body()
            return ""
        } catch let error as ContainerError {
            return error.message
        } catch {
            return "\(error)"
        }
    }

    @Test func stepsSurviveTheirCoding() throws {
        let plan = try plan(
            [
                Mount(
                    destination: "/a", type: "none", source: "x",
                    options: ["rbind", "ro", "rslave", "rnosuid", "rnoatime", "suid"]),
                Mount(destination: "/sys/fs/cgroup", type: "cgroup", source: "cgroup", options: ["ro"]),
            ], namespaces: [.mount, .user, .cgroup],
            cgroups: [
                MountFacts.CgroupPlace(controllers: ["cpu", "cpuacct"], mountPoint: "/c/cpu,cpuacct", path: "/x"),
                MountFacts.CgroupPlace(controllers: ["name=systemd"], mountPoint: "/c/systemd", path: "/x"),
            ]
        ) {
            $0.maskedPaths = ["/proc/kcore"]
            $0.readonlyPaths = ["/proc/sys"]
            $0.sysctl["net.ipv4.ip_forward"] = "1"
            $0.rootfsPropagation = .recursiveSlave
            $0.devices = [Device(path: "/dev/p", type: .fifo)]
        }
        var steps = plan.beforeSwitch + [plan.rootSwitch] + plan.afterSwitch
        steps.append(Planned(ReadonlyRootStep(), Origin(.rootReadonly)))
        steps.append(Planned(ReadonlyMountsStep { $0.destinations = ["/a"] }, Origin(.mounts)))
        var encoder = PlanEncoder()
        encoder.encode(steps)
        var decoder = PlanDecoder(encoder.bytes)
        let decoded = try decoder.decode([Planned<any ChildStep>].self)
        #expect(decoder.isAtEnd)
        #expect(decoded.map(\.origin) == steps.map(\.origin))
        #expect(decoded.map(\.step.shown) == steps.map(\.step.shown))
        #expect(decoded.compactMap { $0.step as? MountStep } == steps.compactMap { $0.step as? MountStep })
    }

    @Test func bindsAreResolved() throws {
        let step = try #require(
            mounts(try plan([Mount(destination: "/a/../b", source: "data", options: ["bind"])])).first)
        #expect(step.kind == .bind)
        #expect(step.source == "/b/data")
        #expect(step.destination == "/b")
        #expect(step.tree == nil)
        #expect(step.attributeChange == nil)
        #expect(mounts(try plan([Mount(destination: "/b", type: "bind", source: "/d")])).first?.flags == .bind)
    }

    @Test func parentTakesSourcesForUserNamespace() throws {
        let mount = Mount(destination: "/b", source: "/d", options: ["rbind"])
        let plan1 = try plan([mount], namespaces: [.mount, .user])
        #expect(plan1.sources.map(\.step.path) == ["/b/rootfs", "/d"])
        #expect(plan1.sources.map(\.step.recursively) == [true, true])
        #expect(plan1.sources.map(\.step.propagation) == [[.slave, .recursive], [.slave, .recursive]])
        #expect(mounts(plan1).first?.tree == plan1.sources.last?.step.slot)
        #expect(try plan([mount], namespaces: [.mount, .user], rootless: true).sources.isEmpty)
        #expect(try plan([mount]).sources.isEmpty)
    }

    @Test func flagsOfBindsReplaceThoseOfTheSource() throws {
        func change(_ words: [ByteString]) throws -> MountAttributeChange? {
            mounts(try plan([Mount(destination: "/b", source: "/d", options: ["bind"] + words)])).first?.attributeChange
        }
        var found = try #require(try change(["ro"]))
        #expect(found.set == .readOnly)
        #expect(found.clear == [.noSetuid, .noDevices, .noExec, .noSymbolicLinks])
        found = try #require(try change(["rw"]))
        #expect(found.set == [])
        #expect(found.clear == [.readOnly, .noSetuid, .noDevices, .noExec, .noSymbolicLinks])
        found = try #require(try change(["noatime", "nodev"]))
        #expect(found.set == [.noAccessTime, .noDevices])
        #expect(found.clear.isSuperset(of: .accessTimeField))
        found = try #require(try change(["relatime"]))
        #expect(found.clear.isSuperset(of: [.accessTimeField, .noDirectoryAccessTime]))
        #expect(try change(["rprivate"]) == nil)
    }

    @Test(arguments: [
        (Mount(destination: "/", type: "proc"), "is on the top of rootfs"),
        (Mount(destination: "/x/..", type: "sysfs"), "is on the top of rootfs"),
        (Mount(destination: "/proc", type: "tmpfs"), "cannot be mounted because it is not of type proc"),
        (Mount(destination: "/x", options: ["bind"]), "needs a source"),
        (
            Mount(destination: "/x", source: "/x", options: ["bind", "size=1"]),
            "bind mounts cannot have any filesystem-specific options applied"
        ),
        (
            Mount(destination: "/x", type: "tmpfs", options: ["idmap"]),
            "id-mapped mounts are only supported for bind-mounts"
        ),
        (
            Mount(
                destination: "/x", source: "/x", options: ["bind"],
                uidMappings: [IDMapping(containerID: 0, hostID: 0, size: 1)]),
            "id-mapped mounts must have both uid and gid mappings specified"
        ),
        (Mount(destination: "/x", source: "/x", options: ["bind", "idmap"]), "the option idmap needs mappings"),
        (Mount(destination: "/x", type: "cgroup"), "no cgroup hierarchy"),
        (Mount(destination: "/x", type: "proc", options: ["tmpcopyup"]), "is for tmpfs only"),
    ])
    func refusedMountTellsWhy(_ mount: Mount, _ reason: String) {
        let error = #expect(throws: ContainerError.self) {
            try plan([Mount(destination: "/ok", type: "tmpfs"), mount])
        }
        #expect(error?.message.contains(reason) == true, "\(error?.message ?? "")")
        #expect(error?.property?.hasPrefix("mounts[1]") == true, "\(error?.message ?? "")")
    }

    @Test func someFilesOfProcMayBeReplaced() throws {
        let step = mounts(try plan([Mount(destination: "/proc/meminfo", source: "/x", options: ["bind"])])).first
        #expect(step?.rules == .insideProc)
        let proc = mounts(try plan([Mount(destination: "/proc", source: "/proc", options: ["bind"])])).first
        #expect(proc?.rules == [.insideProc, .sourceIsProc])
    }

    @Test func defaultDevicesCanBeReplaced() throws {
        func devices(_ plan: RootfsPlan) -> [DeviceStep] {
            plan.beforeSwitch.compactMap { $0.step as? DeviceStep }
        }
        #expect(devices(try plan()).map(\.path).count == 6)
        let own = devices(
            try plan {
                $0.devices = [Device(path: "/dev/../dev/null", type: .character, major: 1, minor: 3, fileMode: 0o600)]
            })
        #expect(own.count == 6)
        #expect(own.last?.path == "/dev/null")
        #expect(own.last?.permissions == 0o600)
        let bound = try plan([Mount(destination: "/dev/", source: "/dev", options: ["rbind"])])
        #expect(devices(bound).isEmpty)
        #expect(!bound.beforeSwitch.contains { $0.step is DeviceLinksStep })
        #expect(devices(try plan(namespaces: [.mount, .user])).allSatisfy { $0.bindsHostNode })
    }

    @Test(arguments: [
        Device(path: "dev/x", type: .character, major: 1, minor: 3), Device(path: "/dev/x", type: .character),
        Device(path: "/dev/x", type: .block, major: -1, minor: 3),
        Device(path: "/dev/x", type: .block, major: 4096, minor: 3),
        Device(path: "/dev/x", type: .block, major: 1, minor: 1 << 20),
        Device(path: "/dev/x", type: .character, major: 1, minor: 3, fileMode: 0o10000),
        Device(path: "/", type: .fifo),
    ])
    func invalidDeviceIsAnError(_ device: Device) {
        #expect(throws: ContainerError.self) { try plan { $0.devices = [device] } }
    }

    @Test(arguments: [
        ("net.ipv4.ip_forward", "net/ipv4/ip_forward"),
        ("net/ipv4/conf/eth0.1/forwarding", "net/ipv4/conf/eth0.1/forwarding"),
        ("net.ipv4.conf.eth0/1.forwarding", "net/ipv4/conf/eth0.1/forwarding"),
    ])
    func sysctlKeyNamesFile(_ key: ByteString, _ path: Path) throws {
        #expect(try SysctlStep(key, "1").path == path)
    }

    @Test(arguments: ["", "net", "net..x", "net/../../x", "/etc/passwd", "net/./x", "net.ipv4."])
    func sysctlKeyCannotLeaveItsDirectory(_ key: ByteString) {
        #expect(throws: ContainerError.self) { try SysctlStep(key, "1") }
    }

    @Test func propagationOfTheRoot() throws {
        func steps(
            _ propagation: RootfsPropagation?
        ) throws -> (root: RootStep?, change: RootSwitchStep?, after: [MountFlags]) {
            let plan = try plan { $0.rootfsPropagation = propagation }
            return (
                plan.beforeSwitch.first?.step as? RootStep, plan.rootSwitch.step as? RootSwitchStep,
                plan.afterSwitch.compactMap { ($0.step as? RootfsPropagationStep)?.propagation }
            )
        }
        var (root, change, after) = try steps(nil)
        #expect(root?.propagation == [.slave, .recursive])
        #expect(change?.way == .pivot && change?.oldRootIsShared == false)
        #expect(after.isEmpty)
        (root, change, after) = try steps(.recursiveShared)
        #expect(root?.propagation == [.shared, .recursive])
        #expect(change?.oldRootIsShared == true)
        #expect(after == [[.shared, .recursive]])
        (root, change, after) = try steps(.unbindable)
        #expect(root?.propagation == [.slave, .recursive])
        #expect(after == [.unbindable])
        (root, change, after) = try steps(.private)
        #expect(root?.propagation == [.privatePropagation, .recursive])
    }

    @Test func masksNeedMountNamespace() {
        let text = message { _ = try plan(namespaces: []) { $0.maskedPaths = ["/proc/kcore"] } }
        #expect(text == "unable to restrict sys entries without a private MNT namespace")
    }

    @Test func unifiedCgroupIsBoundWithoutNamespaceAndMountedWithOne() throws {
        let place = MountFacts.CgroupPlace(controllers: [], mountPoint: "/sys/fs/cgroup", path: "/c")
        let mount = Mount(destination: "/sys/fs/cgroup", type: "cgroup", source: "cgroup", options: ["ro"])
        let bound = mounts(try plan([mount], cgroups: [place])).first
        #expect(bound?.kind == .cgroup2Bind)
        #expect(bound?.source == "/sys/fs/cgroup")
        let own = mounts(try plan([mount], namespaces: [.mount, .cgroup], cgroups: [place])).first
        #expect(own?.kind == .cgroup2)
        #expect(own?.hierarchies.map(\.source) == ["/sys/fs/cgroup/c"])
    }

    @Test func relativeIDMapCountsFromTheContainers() throws {
        let plan = try plan(
            [Mount(destination: "/x", source: "/x", options: ["bind", "idmap=uids=@1-3-10;gids=0-5-1"])],
            namespaces: [.mount, .user]
        ) {
            $0.uidMappings = [
                IDMapping(containerID: 0, hostID: 0, size: 1), IDMapping(containerID: 1, hostID: 2, size: 1000),
            ]
        }
        #expect(
            plan.sources.last?.step.idMap
                == MountIDMap {
                    $0.uids = [IDMapping(containerID: 1, hostID: 4, size: 10)]
                    $0.gids = [IDMapping(containerID: 0, hostID: 5, size: 1)]
                })
    }
}
