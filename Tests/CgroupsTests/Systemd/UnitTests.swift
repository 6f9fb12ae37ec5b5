import ByteStrings
import RuntimeSpec
import SystemdBus
import Testing

@testable import Cgroups

struct UnitPlacementTests {
    private let unified = CgroupLayout(
        unified: .init(controllers: [], mountPoint: "/sys/fs/cgroup", ownPath: "/user.slice/x.scope"))

    private func plan(_ path: String?, managerPath: String = "/", isUser: Bool = false) throws -> CgroupPlan {
        try CgroupPlan(layout: unified, unitPath: path, id: "c1", isUser: isUser, managerPath: Path(managerPath))
    }

    @Test func anAbsentPathIsTheUsualSlice() throws {
        let plan = try plan(nil)
        #expect(plan.unit?.name == "runc-c1.scope")
        #expect(plan.places.map(\.directory) == ["/sys/fs/cgroup/system.slice/runc-c1.scope"])
        #expect(plan.isDefaultPath)
    }

    @Test func theThreePartsOfAPath() throws {
        let plan = try plan("machine-a.slice:libpod:abc")
        #expect(plan.unit?.name == "libpod-abc.scope")
        #expect(plan.unit?.slice.name == "machine-a.slice")
        #expect(plan.unit?.container == "abc")
        #expect(plan.places[0].path == "/machine.slice/machine-a.slice/libpod-abc.scope")
        #expect(!plan.isDefaultPath)
        #expect(try self.plan("-.slice:a:b").places[0].path == "/a-b.scope")
        #expect(try self.plan(":a:b").places[0].path == "/system.slice/a-b.scope")
    }

    @Test func aNameCanBeASlice() throws {
        let plan = try plan("a.slice::a-b.slice")
        #expect(plan.unit?.isSlice == true)
        #expect(plan.places[0].path == "/a.slice/a-b.slice")
    }

    @Test func theUnitsOfAUsersManager() throws {
        let plan = try plan(nil, managerPath: "/user.slice/user-7.slice/user@7.service", isUser: true)
        #expect(plan.places[0].path == "/user.slice/user-7.slice/user@7.service/user.slice/runc-c1.scope")
    }

    @Test(arguments: [
        (
            "/a/b",
            "expected cgroupsPath to be of format \"slice:prefix:name\" for systemd cgroups, got \"/a/b\" instead"
        ),
        ("a:b", "expected cgroupsPath to be of format \"slice:prefix:name\" for systemd cgroups, got \"a:b\" instead"),
        (
            "a:b:c:d",
            "expected cgroupsPath to be of format \"slice:prefix:name\" for systemd cgroups, got \"a:b:c:d\" instead"
        ),
        ("a:b:c", "invalid slice name: a"), ("a--b.slice:b:c", "invalid slice name: a--b.slice"),
        ("../x.slice:b:c", "invalid slice name: ../x.slice"), ("a.slice:b:../c", "invalid unit name: b-../c.scope"),
        ("a.slice:b:c d", "invalid unit name: b-c d.scope"), ("a.slice:b:a--b.slice", "invalid unit name: a--b.slice"),
    ])
    func otherPathsAreRefused(path: String, reason: String) {
        let error = #expect(throws: CgroupError.self) { try plan(path) }
        #expect(error?.property == "linux.cgroupsPath")
        #expect(error?.value == path)
        #expect(error?.reason == reason)
    }
}

struct UnitLimitTests {
    private func limits(
        _ resources: Resources, isUnified: Bool = true, version: Int = 252
    ) throws -> [String: String] {
        let drivers = DriverNames("Character devices:\n  1 mem\n136 pts\n\nBlock devices:\n  8 sd\n")
        let properties = try UnitLimits(resources, isUnified: isUnified, drivers: drivers).properties
            .filter { Int($0.since) <= version }
        return Dictionary(properties.map { ($0.name, $0.value.description) }, uniquingKeysWith: { $1 })
    }

    @Test func memory() throws {
        let memory = MemoryResources(limit: 1000, reservation: 500, swap: 3000)
        #expect(
            try limits(Resources(memory: memory)) == ["MemoryMax": "1000", "MemoryLow": "500", "MemorySwapMax": "2000"])
        #expect(try limits(Resources(memory: memory), isUnified: false) == ["MemoryLimit": "1000"])
        #expect(
            try limits(Resources(memory: MemoryResources(limit: -1, swap: -1)))
                == ["MemoryMax": "infinity", "MemorySwapMax": "infinity"])
    }

    @Test func processors() throws {
        let cpu = CPUResources(shares: 1024, quota: 15_001, period: 100_000, cpus: "0-3,9", mems: "0")
        #expect(
            try limits(Resources(cpu: cpu)) == [
                "CPUWeight": "100", "CPUQuotaPeriodUSec": "100000", "CPUQuotaPerSecUSec": "160000",
                "AllowedCPUs": "[15 2]", "AllowedMemoryNodes": "[1]",
            ])
        #expect(
            try limits(Resources(cpu: cpu), isUnified: false, version: 239)
                == ["CPUShares": "1024", "CPUQuotaPerSecUSec": "160000"])
        #expect(try limits(Resources(cpu: CPUResources(quota: -1))) == ["CPUQuotaPerSecUSec": "infinity"])
        #expect(try limits(Resources(cpu: CPUResources(shares: 512, idle: 1))) == ["CPUWeight": "0"])
        #expect(try limits(Resources(cpu: CPUResources(shares: 512, idle: 1)), version: 251) == [:])
    }

    @Test func tasksAndFiles() throws {
        #expect(try limits(Resources(pids: PidsResources(limit: 7))) == ["TasksMax": "7"])
        for none: Int64 in [0, -1] {
            #expect(try limits(Resources(pids: PidsResources(limit: none))) == ["TasksMax": "infinity"])
        }
        var resources = Resources()
        resources.unified = ["memory.high": "5", "pids.max": "max", "cpu.max": "max 50000", "hugetlb.2MB.max": "1"]
        #expect(
            try limits(resources) == [
                "MemoryHigh": "5", "TasksMax": "infinity", "CPUQuotaPeriodUSec": "50000",
                "CPUQuotaPerSecUSec": "infinity",
            ])
    }

    @Test func devices() throws {
        var resources = Resources()
        resources.devices = [
            DeviceRule(allow: false), DeviceRule(allow: true, type: .character, major: 10, minor: 229, access: "rw"),
        ]
        let found = try limits(resources)
        #expect(found["DevicePolicy"] == "\"strict\"")
        let allowed = try #require(found["DeviceAllow"])
        #expect(allowed.contains("(\"/dev/char/10:229\" \"rw\")"))
        #expect(allowed.contains("(\"char-*\" \"m\")"))
        resources.devices = [DeviceRule(allow: true)]
        #expect(try limits(resources)["DevicePolicy"] == "\"auto\"")
    }

    @Test(arguments: ["x", "3-1", "-1", "1-2-3", "99999"]) func listsThatAreNone(list: String) {
        let error = #expect(throws: CgroupError.self) { try limits(Resources(cpu: CPUResources(cpus: list))) }
        #expect(error?.property == "linux.resources.cpu.cpus")
    }

    /// The order in which systemd reads the files that it makes of them.
    @Test func theOrderOfNames() throws {
        var resources = Resources(
            memory: MemoryResources(limit: 1000), cpu: CPUResources(shares: 1024, quota: 10_000, cpus: "0"),
            pids: PidsResources(limit: 7))
        resources.devices = [DeviceRule(allow: false)]
        resources.unified = ["pids.max": "9", "memory.oom.group": "1"]
        let limits = try UnitLimits(resources, isUnified: true, drivers: DriverNames(""))
        #expect(
            limits.properties.map(\.name) == [
                "AllowedCPUs", "CPUQuotaPerSecUSec", "CPUWeight", "DeviceAllow", "DeviceAllow", "DevicePolicy",
                "MemoryMax", "TasksMax",
            ])
        #expect(limits.properties.filter { $0.name == "DeviceAllow" }.first?.value == .array(element: "(ss)", []))
        // The file by its name has the last word.
        #expect(limits.properties.last?.value == .uint64(9))
        #expect(limits.startProperties == [UnitProperty("OOMPolicy", .string("kill"), since: 252)])
    }

    @Test(arguments: [
        ("pids.max", "0"), ("memory.max", "0"), ("memory.high", "0"), ("cpu.weight", "0"), ("cpu.weight", "10001"),
    ])
    func valuesOutOfSystemdsRange(file: String, value: String) {
        var resources = Resources()
        resources.unified = [ByteString(file): ByteString(value)]
        let error = #expect(throws: CgroupError.self) { try limits(resources) }
        #expect(error?.property == "linux.resources.unified." + file)
        #expect(error?.value == value)
        #expect(error?.reason.hasPrefix("systemd takes no ") ?? false)
    }

    @Test(
        arguments: [
            (15_001, 100_000, 16_000), (20_000, 100_000, 20_000), (1000, 100_000, 1000), (1001, 50_000, 1500),
            (-1, 100_000, -1), (15_001, 0, 16_000), (Int64.max, 1000, Int64.max),
        ] as [(Int64, UInt64, Int64)])
    func theQuotaThatSystemdKeeps(quota: Int64, period: UInt64, kept: Int64) {
        let resources = Resources(cpu: CPUResources(quota: quota, period: period)).withQuotaKeptBySystemd
        #expect(resources.cpu?.quota == kept)
    }

    @Test func theQuotaOfAFile() {
        var resources = Resources()
        for (value, kept) in [
            ("15001 100000", "16000 100000"), ("15001", "16000"), ("max 50000", "max 50000"), ("x", "x"),
        ] {
            resources.unified = ["cpu.max": ByteString(value)]
            #expect(resources.withQuotaKeptBySystemd.unified["cpu.max"] == ByteString(kept))
        }
    }

    @Test func driversByNumber() {
        let names = DriverNames("Character devices:\n  1 mem\n136 pts\n\nBlock devices:\n  1 ramdisk\n259 blkext\n")
        #expect(names.name(ofMajor: 1, isBlock: false) == "mem")
        #expect(names.name(ofMajor: 1, isBlock: true) == "ramdisk")
        #expect(names.name(ofMajor: 136, isBlock: true) == nil)
    }
}

struct UnitAnnotationTests {
    @Test(arguments: [
        ("'a \\'b\\''", BusValue.string("a 'b'")), ("\"x\"", .string("x")), ("true", .boolean(true)), ("5", .int32(5)),
        ("-5", .int32(-5)), ("0x10", .int32(16)), ("uint64 5", .uint64(5)), ("byte 255", .byte(255)),
        ("1.5", .double(1.5)),
        ("@as []", .strings([])), ("['a', 'b']", .strings(["a", "b"])),
        ("@at [1, 2]", .array(element: "t", [.uint64(1), .uint64(2)])),
        ("('a', uint32 1)", .structure([.string("a"), .uint32(1)])),
        (" [ 1 , 2 ] ", .array(element: "i", [.int32(1), .int32(2)])),
    ])
    func valuesInWords(text: String, value: BusValue) {
        var parser = VariantText(text)
        #expect(parser.parse() == value)
    }

    @Test(arguments: [
        "", "'a", "[]", "[1, 'a']", "byte 256", "uint64 -1", "uint64 'a'", "x", "1 2", "@as [1]", "(", "()", "[1,,2]",
        "@", "\\", "++5", "[[[[[[[[[[1]]]]]]]]]]",
    ])
    func otherTextsAreNone(text: String) {
        var parser = VariantText(text)
        #expect(parser.parse() == nil)
    }

    @Test func propertiesOfAnnotations() throws {
        let found = try UnitAnnotations.properties(of: [
            "a": "b", "org.systemd.property.CollectMode": "'inactive-or-failed'",
            "org.systemd.property.TimeoutStopSec": "uint64 3", "org.systemd.property.RuntimeMaxSec": "1.5",
        ])
        #expect(
            found == [
                UnitProperty("CollectMode", .string("inactive-or-failed")),
                UnitProperty("TimeoutStopUSec", .uint64(3_000_000)), UnitProperty("RuntimeMaxUSec", .uint64(1_500_000)),
            ])
    }

    @Test func theSliceIsThatOfTheAnnotation() throws {
        let annotations: OrderedPairs<ByteString, ByteString> = ["org.systemd.property.Slice": "'a-b.slice'"]
        #expect(try UnitAnnotations.properties(of: annotations).isEmpty)
        let slice = try UnitAnnotations.slice(of: annotations)
        #expect(slice?.name == "a-b.slice")
        #expect(
            try CgroupPlan.unit("c.slice:x:y", id: "y", isUser: false, slice: slice).path
                == "/a.slice/a-b.slice/x-y.scope")
        for wrong: ByteString in ["'a'", "5", "a.slice"] {
            #expect(throws: CgroupError.self) { try UnitAnnotations.slice(of: ["org.systemd.property.Slice": wrong]) }
        }
    }

    @Test(arguments: [("A1", "true"), ("ab", "true"), ("Abc", "nonsense"), ("TimeoutStopSec", "'x'")])
    func badAnnotationsAreNamed(name: String, value: String) {
        let key = "org.systemd.property." + name
        let error = #expect(throws: CgroupError.self) {
            try UnitAnnotations.properties(of: [ByteString(key): ByteString(value)])
        }
        #expect(error?.property == "annotations." + key)
        #expect(error?.value == value)
    }
}
