import JSON

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
            report(base, "rdma", quotation(of: pair.key) + " needs hcaHandles or hcaObjects")
        }
        for pair in resources.unified where !Self.isFileName(pair.key) {
            report(base, "unified", quotation(of: pair.key) + " is not the name of a cgroup file")
        }
    }

    private mutating func check(_ rule: DeviceRule, _ index: Int, at base: String) {
        let path = { "devices[\(index)]" }
        for (number, name) in [(rule.major, "major"), (rule.minor, "minor")] {
            guard let number else { continue }
            if number < -1 {
                report(base, path() + "." + name, "\(number) is below -1")
            } else if number != -1, rule.type == .all {
                report(base, path() + "." + name, "\(number) is given, but type \"a\" stands for all devices")
            }
        }
        if rule.access.isEmpty {
            report(base, path() + ".access", "device access at \(index) field cannot be empty")
        } else if !rule.access.utf8.allSatisfy({ "rwm".utf8.contains($0) }) {
            report(base, path() + ".access", quotation(of: rule.access) + " has other letters than \"rwm\"")
        }
    }

    private mutating func check(_ memory: MemoryResources, at base: String, isUpdate: Bool) {
        let limits = [
            (memory.limit, "limit"), (memory.reservation, "reservation"), (memory.swap, "swap"),
            (memory.kernel, "kernel"), (memory.kernelTCP, "kernelTCP"),
        ]
        for (limit, name) in limits {
            if let limit, limit < -1 { report(base, "memory." + name, "\(limit) is below -1") }
        }
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
        for (list, name) in [(cpu.cpus, "cpus"), (cpu.mems, "mems")] {
            guard let list, !NumberList.isCpusetList(list) else { continue }
            report(base, "cpu." + name, quotation(of: list) + " is not a list such as \"0-3,7\"")
        }
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
        let throttles = [
            (blockIO.throttleReadBpsDevice, "throttleReadBpsDevice"),
            (blockIO.throttleWriteBpsDevice, "throttleWriteBpsDevice"),
            (blockIO.throttleReadIOPSDevice, "throttleReadIOPSDevice"),
            (blockIO.throttleWriteIOPSDevice, "throttleWriteIOPSDevice"),
        ]
        for (devices, name) in throttles {
            for (index, device) in devices.enumerated() {
                check(device.major, device.minor, at: base) { "blockIO.\(name)[\(index)]" }
            }
        }
    }

    private mutating func check(weight: UInt16?, at base: String, _ property: String) {
        if let weight, weight > 1000 { report(base, property, "\(weight) is out of range (0 to 1000)") }
    }

    private mutating func check(_ major: Int64, _ minor: Int64, at base: String, _ path: () -> String) {
        for (number, name) in [(major, "major"), (minor, "minor")] where number < 0 {
            report(base, path() + "." + name, "\(number) is below 0")
        }
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

    /// A file inside the cgroup's own folder.
    private static func isFileName(_ name: String) -> Bool {
        !name.isEmpty && name != "." && name != ".." && !name.utf8.contains(UInt8(ascii: "/"))
    }
}
