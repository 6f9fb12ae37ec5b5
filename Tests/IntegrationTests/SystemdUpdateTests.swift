import Foundation
import Testing

/// `update` of containers whose cgroup is a unit of systemd: the unit knows the new limits.
@Suite(.containers, .requires(.root, .runtime, .path("/run/systemd/system"), .cgroupV2("memory")))
struct SystemdUpdateTests {
    /// A container in a scope, its unit and the directory of its cgroup.
    private func created(_ resources: JSONValue) throws -> (bundle: TestBundle, unit: String, directory: String) {
        let name = TestRun.shared.uniqueName()
        let bundle = try TestBundle {
            $0.process.args = ["sleep", "1000"]
            $0.linux.cgroupsPath = .string("apustests.slice:apus:\(name)")
            for (name, value) in resources.members { $0.linux.resources[name] = value }
        }
        try bundle.apusWithSystemd("create", "--bundle", bundle.path, bundle.id).succeeded()
        return (bundle, "apus-\(name).scope", "/sys/fs/cgroup/apustests.slice/apus-\(name).scope/")
    }

    /// The driver is known from the state: the flag is not needed again.
    @Test func theUnitHasTheNewLimits() throws {
        let (bundle, unit, directory) = try created([
            "memory": ["limit": 67_108_864], "cpu": ["quota": 20000, "period": 100_000],
        ])
        try bundle.apus(
            "update", "--memory", "96m", "--memory-swap", "128m", "--memory-reservation", "32m", "--cpu-share", "512",
            "--cpu-quota", "30000", "--pids-limit", "44", "--cpuset-cpus", "0", bundle.id
        ).succeeded()
        let expected = [
            "MemoryMax": "100663296", "MemorySwapMax": "33554432", "MemoryLow": "33554432", "CPUWeight": "59",
            "CPUQuotaPerSecUSec": "300ms", "TasksMax": "44", "AllowedCPUs": "0",
        ]
        func found() throws -> [String: String] {
            try SystemdUnits.properties(
                of: unit, "MemoryMax", "MemorySwapMax", "MemoryLow", "CPUWeight", "CPUQuotaPerSecUSec", "TasksMax",
                "AllowedCPUs")
        }
        #expect(try found() == expected)
        // What systemd writes again is what was asked for.
        for reloads in 0..<2 {
            for (file, value) in [
                ("memory.max", "100663296"), ("memory.swap.max", "33554432"), ("memory.low", "33554432"),
                ("cpu.weight", "59"), ("cpu.max", "30000 100000"), ("pids.max", "44"), ("cpuset.cpus", "0"),
            ] {
                #expect(contents(directory + file) == value + "\n", "\(file) after \(reloads) reloads")
            }
            try Command.run("systemctl", "daemon-reload").succeeded()
        }
        #expect(try found() == expected)
        try bundle.start().succeeded()
        #expect(try bundle.exec(shell: "echo x >/dev/null; echo fine").succeeded().stdout == "fine\n")
    }

    /// What is changed one after the other, whatever its order, leaves the unit as systemd has it on disk.
    @Test func nothingIsToBeReloaded() throws {
        let (bundle, unit, directory) = try created(["memory": ["limit": 67_108_864], "pids": ["limit": 55]])
        for change in [["--pids-limit", "44"], ["--cpu-share", "512"], ["--memory", "96m"], ["--cpuset-cpus", "0"]] {
            try bundle.launch(["update"] + change + [bundle.id]).wait().succeeded()
            #expect(
                try SystemdUnits.properties(of: unit, "NeedDaemonReload") == ["NeedDaemonReload": "no"], "\(change)")
        }
        for (file, value) in [
            ("memory.max", "100663296"), ("cpu.weight", "59"), ("pids.max", "44"), ("cpuset.cpus", "0"),
            ("cpu.max", "max 100000"),
        ] { #expect(contents(directory + file) == value + "\n", "\(file)") }
        try bundle.start().succeeded()
        #expect(try bundle.exec(shell: "echo x >/dev/null; echo fine").succeeded().stdout == "fine\n")
    }

    /// Quota and period are one property for systemd: the half that is not given comes from before.
    @Test func aPeriodAlone() throws {
        let (bundle, unit, directory) = try created(["cpu": ["quota": 20000, "period": 100_000]])
        try bundle.apus("update", "--cpu-period", "50000", bundle.id).succeeded()
        #expect(contents(directory + "cpu.max") == "20000 50000\n")
        #expect(
            try SystemdUnits.properties(of: unit, "CPUQuotaPerSecUSec", "CPUQuotaPeriodUSec") == [
                "CPUQuotaPerSecUSec": "400ms", "CPUQuotaPeriodUSec": "50ms",
            ])
        try bundle.apus("update", "--cpu-quota", "-1", bundle.id).succeeded()
        #expect(try SystemdUnits.properties(of: unit, "CPUQuotaPerSecUSec") == ["CPUQuotaPerSecUSec": "infinity"])
    }

    @Test func aRefusedValueChangesNeitherUnitNorFiles() throws {
        let (bundle, unit, directory) = try created(["memory": ["limit": 67_108_864], "cpu": ["shares": 512]])
        let names = [
            "MemoryMax", "MemorySwapMax", "CPUWeight", "TasksMax", "DevicePolicy", "DeviceAllow", "AllowedCPUs",
        ]
        func state() throws -> [String] {
            let output = try Command.run("systemctl", "show", unit, "--property", names.joined(separator: ","))
            let files = ["memory.max", "memory.swap.max", "cpu.weight", "pids.max", "cpuset.cpus"]
            // systemd turns the order of the devices around.
            return output.lines.sorted() + files.map { contents(directory + $0) ?? "" }
        }
        let before = try state()
        let limits = """
            {"memory":{"limit":134217728,"swap":268435456},"cpu":{"shares":77},"pids":{"limit":9},
             "devices":[{"allow":false,"access":"rwm"},{"allow":true,"type":"c","major":240,"access":"rwm"}],
             "blockIO":{"throttleReadBpsDevice":[{"major":4000,"minor":1,"rate":5}]}}
            """
        try bundle.apus("update", "-r", "-", bundle.id, stdin: .text(limits)).failed(
            naming: "linux.resources.blockIO.throttleReadBpsDevice[0].rate", "4000:1")
        #expect(try state() == before)
        #expect(!(contents(bundle.log) ?? "").contains("Setting back"))
    }

    @Test func rulesOfDevices() throws {
        let (bundle, unit, _) = try created(["devices": [["allow": false, "access": "rwm"]]])
        let rules =
            #"{"devices":[{"allow":false,"access":"rwm"},{"allow":true,"type":"c","major":240,"minor":9,"access":"rw"}]}"#
        try bundle.apus("update", "-r", "-", bundle.id, stdin: .text(rules)).succeeded()
        #expect(
            try SystemdUnits.properties(of: unit, "DeviceAllow")["DeviceAllow"]?.contains("/dev/char/240:9 rw") ?? false
        )
        #expect(try SystemdUnits.properties(of: unit, "DevicePolicy") == ["DevicePolicy": "strict"])
        let all = #"{"devices":[{"allow":true,"access":"rwm"}]}"#
        try bundle.apus("update", "-r", "-", bundle.id, stdin: .text(all)).succeeded()
        #expect(try SystemdUnits.properties(of: unit, "DevicePolicy", "DeviceAllow")["DevicePolicy"] == "auto")
        try bundle.start().succeeded()
        #expect(try bundle.exec(shell: "echo x >/dev/null; echo fine").succeeded().stdout == "fine\n")
    }

    @Test func aSlice() throws {
        let name = "apustests-u\(TestRun.shared.uniqueName()).slice"
        let bundle = try TestBundle {
            $0.process.args = ["sleep", "1000"]
            $0.linux.cgroupsPath = .string("apustests.slice::\(name)")
        }
        try bundle.apusWithSystemd("create", "--bundle", bundle.path, bundle.id).succeeded()
        try bundle.apus("update", "--pids-limit", "33", bundle.id).succeeded()
        #expect(try SystemdUnits.properties(of: name, "TasksMax") == ["TasksMax": "33"])
        #expect(contents("/sys/fs/cgroup/apustests.slice/\(name)/pids.max") == "33\n")
    }
}
