import ByteStrings
import StrictJSON

extension Validation {
    /// - Parameter isUpdate: Whether the limits change others that are in force already.
    mutating func check(_ resources: Resources, at base: String, isUpdate: Bool) {
        for (index, rule) in resources.devices.enumerated() { check(rule, index, at: base) }
        if let memory = resources.memory { check(memory, at: base, isUpdate: isUpdate) }
        if let cpu = resources.cpu { check(cpu, at: base) }
        if let blockIO = resources.blockIO { check(blockIO, at: base) }
        for (index, limit) in resources.hugepageLimits.enumerated() where !Self.isPageSize(limit.pageSize) {
            let message = quotation(of: limit.pageSize) + " is not a page size such as \"2MB\""
            report(base, "hugepageLimits[\(index)].pageSize", message)
        }
        for (index, priority) in (resources.network?.priorities ?? []).enumerated() where priority.name.isEmpty {
            report(base, "network.priorities[\(index)].name", "must not be empty")
        }
        for pair in resources.rdma where pair.value.hcaHandles == nil && pair.value.hcaObjects == nil {
            report(
                PropertyPath(base.isEmpty ? "rdma" : base + ".rdma").member(pair.key).text, "",
                quotation(of: pair.key) + " needs hcaHandles or hcaObjects")
        }
        for pair in resources.unified where !Self.isFileName(pair.key) {
            report(
                PropertyPath(base.isEmpty ? "unified" : base + ".unified").member(pair.key).text, "",
                quotation(of: pair.key) + " is not the name of a cgroup file: " + quotation(of: pair.value))
        }
    }

    private mutating func check(_ rule: DeviceRule, _ index: Int, at base: String) {
        let path = { "devices[\(index)]" }
        check(rule.major, of: rule, at: base) { path() + ".major" }
        check(rule.minor, of: rule, at: base) { path() + ".minor" }
        if rule.access.isEmpty {
            report(base, path() + ".access", "device access at \(index) field cannot be empty")
        } else if !rule.access.utf8.contains(where: { "rwm".utf8.contains($0) }) {
            report(base, path() + ".access", quotation(of: rule.access) + " has none of the letters \"rwm\"")
        }
    }

    private mutating func check(_ number: Int64?, of rule: DeviceRule, at base: String, _ path: () -> String) {
        guard let number, number != -1 else { return }
        if number < -1 {
            report(base, path(), "\(number) is below -1")
        } else if rule.type == .all {
            report(base, path(), "\(number) is given, but type \"a\" stands for all devices")
        }
    }

    private mutating func check(_ memory: MemoryResources, at base: String, isUpdate: Bool) {
        check(memory: memory.limit, at: base, "memory.limit")
        check(memory: memory.reservation, at: base, "memory.reservation")
        check(memory: memory.swap, at: base, "memory.swap")
        check(memory: memory.kernel, at: base, "memory.kernel")
        check(memory: memory.kernelTCP, at: base, "memory.kernelTCP")
        if let swappiness = memory.swappiness, swappiness > 100 {
            report(base, "memory.swappiness", "\(swappiness) is out of range (0 to 100)")
        }
        guard let swap = memory.swap, swap > 0 else { return }
        if let limit = memory.limit, limit > 0 {
            if swap < limit {
                report(base, "memory.swap", "memory+swap limit \(swap) should be >= memory limit \(limit)")
            }
        } else if !isUpdate || memory.limit == -1 {
            report(base, "memory.swap", "unable to set swap limit \(swap) without memory limit")
        }
    }

    private mutating func check(memory limit: Int64?, at base: String, _ property: String) {
        if let limit, limit < -1 { report(base, property, "\(limit) is below -1") }
    }

    private mutating func check(_ cpu: CPUResources, at base: String) {
        if let quota = cpu.quota, (1..<1000).contains(quota) {
            report(base, "cpu.quota", "\(quota) is below 1000 microseconds")
        }
        if let period = cpu.period, period != 0, !(1000...1_000_000).contains(period) {
            report(base, "cpu.period", "\(period) is out of range (1000 to 1000000)")
        }
        if let burst = cpu.burst, let quota = cpu.quota, quota > 0, burst > UInt64(quota) {
            report(base, "cpu.burst", "\(burst) is above the quota \(quota)")
        }
        if let idle = cpu.idle, idle != 0, idle != 1 { report(base, "cpu.idle", "\(idle) is neither 0 nor 1") }
        check(list: cpu.cpus, at: base, "cpu.cpus")
        check(list: cpu.mems, at: base, "cpu.mems")
    }

    private mutating func check(list: String?, at base: String, _ property: String) {
        guard let list, !NumberList.isCpusetList(list) else { return }
        report(base, property, quotation(of: list) + " is not a list such as \"0-3,7\"")
    }

    private mutating func check(_ blockIO: BlockIOResources, at base: String) {
        check(weight: blockIO.weight, at: base, "blockIO.weight")
        check(weight: blockIO.leafWeight, at: base, "blockIO.leafWeight")
        for (index, device) in blockIO.weightDevice.enumerated() {
            let path = { "blockIO.weightDevice[\(index)]" }
            check(device.major, device.minor, at: base, path)
            check(weight: device.weight, at: base, path() + ".weight")
            check(weight: device.leafWeight, at: base, path() + ".leafWeight")
            if device.weight == nil, device.leafWeight == nil {
                report(base, path(), "\(device.major):\(device.minor) needs a weight or a leafWeight")
            }
        }
        check(blockIO.throttleReadBpsDevice, at: base, "blockIO.throttleReadBpsDevice")
        check(blockIO.throttleWriteBpsDevice, at: base, "blockIO.throttleWriteBpsDevice")
        check(blockIO.throttleReadIOPSDevice, at: base, "blockIO.throttleReadIOPSDevice")
        check(blockIO.throttleWriteIOPSDevice, at: base, "blockIO.throttleWriteIOPSDevice")
    }

    private mutating func check(_ devices: [ThrottleDevice], at base: String, _ property: String) {
        for (index, device) in devices.enumerated() {
            check(device.major, device.minor, at: base) { "\(property)[\(index)]" }
        }
    }

    private mutating func check(weight: UInt16?, at base: String, _ property: String) {
        if let weight, weight > 1000 { report(base, property, "\(weight) is out of range (0 to 1000)") }
    }

    private mutating func check(_ major: Int64, _ minor: Int64, at base: String, _ path: () -> String) {
        if major < 0 { report(base, path() + ".major", "\(major) is below 0") }
        if minor < 0 { report(base, path() + ".minor", "\(minor) is below 0") }
    }

    /// A number without leading zeros and one of the units KB, MB and GB.
    private static func isPageSize(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        guard bytes.count >= 3, bytes.last == UInt8(ascii: "B"), "KMG".utf8.contains(bytes[bytes.count - 2]) else {
            return false
        }
        let digits = bytes.dropLast(2)
        return digits.first != UInt8(ascii: "0")
            && digits.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
    }

    /// A file inside the cgroup's own directory.
    private static func isFileName(_ name: ByteString) -> Bool {
        PathComponent(name)?.isName ?? false
    }
}
