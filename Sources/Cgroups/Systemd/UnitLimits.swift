import ByteStrings
import RuntimeSpec
import SystemdBus

/// The limits of a container as properties of its unit, so that systemd writes the same values as the runtime when it
/// writes them again, as after `systemctl daemon-reload`. See systemd.resource-control(5).
package struct UnitLimits {
    package private(set) var properties: [UnitProperty] = []
    /// The host's names of drivers.
    private let drivers: DriverNames

    /// The properties of `resources`; what systemd has no property for is left to the runtime alone.
    package init(_ resources: Resources, isUnified: Bool, drivers: DriverNames) throws(CgroupError) {
        self.drivers = drivers
        if !resources.devices.isEmpty { try add(resources.devices) }
        if let memory = resources.memory { try add(memory, isUnified: isUnified) }
        if let cpu = resources.cpu { try add(cpu, isUnified: isUnified) }
        if let weight = resources.blockIO?.weight, weight != 0, !isUnified {
            properties.append(UnitProperty("BlockIOWeight", .uint64(UInt64(weight))))
        }
        if let limit = resources.pids?.limit {
            properties.append(UnitProperty("TasksMax", .uint64(limit > 0 ? UInt64(limit) : .max)))
        }
        if isUnified {
            for file in resources.unified { try add(file: file.key.text, file.value.text) }
        }
    }

    // MARK: - Memory

    private mutating func add(_ memory: MemoryResources, isUnified: Bool) throws(CgroupError) {
        let limit = memory.limit ?? 0
        if limit != 0 { properties.append(UnitProperty(isUnified ? "MemoryMax" : "MemoryLimit", Self.bytes(limit))) }
        guard isUnified else { return }
        if let low = memory.reservation, low != 0 { properties.append(UnitProperty("MemoryLow", Self.bytes(low))) }
        if let swap = try Limits.unifiedSwap(memory.swap ?? 0, limit: limit) {
            properties.append(UnitProperty("MemorySwapMax", .uint64(UInt64(swap) ?? .max)))
        }
    }

    private static func bytes(_ value: Int64) -> BusValue { .uint64(value < 0 ? .max : UInt64(value)) }

    // MARK: - Processors

    private mutating func add(_ cpu: CPUResources, isUnified: Bool) throws(CgroupError) {
        if isUnified {
            // Zero is the idle class, which older versions refuse.
            if cpu.idle == 1 {
                properties.append(UnitProperty("CPUWeight", .uint64(0), since: 252))
            } else if let shares = cpu.shares, shares != 0 {
                properties.append(UnitProperty("CPUWeight", .uint64(UInt64(Limits.weight(ofShares: shares)))))
            }
        } else if let shares = cpu.shares, shares != 0 {
            properties.append(UnitProperty("CPUShares", .uint64(shares)))
        }
        addQuota(cpu.quota ?? 0, period: cpu.period ?? 0)
        try add(cpus: cpu.cpus, "linux.resources.cpu.cpus", as: "AllowedCPUs")
        try add(cpus: cpu.mems, "linux.resources.cpu.mems", as: "AllowedMemoryNodes")
    }

    private mutating func addQuota(_ quota: Int64, period: UInt64) {
        if period != 0 { properties.append(UnitProperty("CPUQuotaPeriodUSec", .uint64(period), since: 242)) }
        guard quota != 0 || period != 0 else { return }
        var perSecond = UInt64.max
        if quota > 0 {
            let period = period == 0 ? 100_000 : period
            let (product, overflows) = UInt64(quota).multipliedReportingOverflow(by: 1_000_000)
            // systemd keeps whole hundredths of a processor: never less than what is asked for.
            if !overflows { perSecond = (product / period + 9999) / 10_000 * 10_000 }
        }
        properties.append(UnitProperty("CPUQuotaPerSecUSec", .uint64(perSecond)))
    }

    private mutating func add(cpus list: String?, _ property: String, as name: String) throws(CgroupError) {
        guard let list, !list.isEmpty else { return }
        guard let mask = Self.mask(list) else {
            throw CgroupError(
                property: property, value: list, reason: "\"" + list + "\" is no list of numbers such as 0-3,7")
        }
        properties.append(UnitProperty(name, .array(element: "y", mask.map { .byte($0) }), since: 244))
    }

    /// The bits of a list such as `0-3,7`, the lowest in the first byte.
    static func mask(_ list: String) -> [UInt8]? {
        var mask: [UInt8] = []
        for part in list.utf8.split(separator: UInt8(ascii: ",")) {
            let ends = part.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false).map {
                Int(Substring($0))
            }
            guard ends.count <= 2, let first = ends[0], let last = ends[ends.count - 1], first <= last, first >= 0,
                last < 1 << 16
            else { return nil }
            while mask.count <= last / 8 { mask.append(0) }
            for number in first...last { mask[number / 8] |= 1 << UInt8(number % 8) }
        }
        return mask
    }

    // MARK: - Files of cgroup v2

    private mutating func add(file: String, _ value: String) throws(CgroupError) {
        let amount: BusValue? = value == "max" ? .uint64(.max) : UInt64(value).map { .uint64($0) }
        switch file {
        case "cpu.idle":
            if value == "1" { properties.append(UnitProperty("CPUWeight", .uint64(0), since: 252)) }
        case "cpu.weight": append("CPUWeight", amount)
        case "cpu.max":
            let words = value.utf8.split(separator: UInt8(ascii: " ")).map { Substring($0) }
            guard let first = words.first else { return }
            addQuota(Int64(first) ?? -1, period: words.count > 1 ? UInt64(words[1]) ?? 0 : 100_000)
        case "cpuset.cpus": try add(cpus: value, "linux.resources.unified.cpuset.cpus", as: "AllowedCPUs")
        case "cpuset.mems": try add(cpus: value, "linux.resources.unified.cpuset.mems", as: "AllowedMemoryNodes")
        case "memory.high": append("MemoryHigh", amount)
        case "memory.low": append("MemoryLow", amount)
        case "memory.min": append("MemoryMin", amount)
        case "memory.max": append("MemoryMax", amount)
        case "memory.swap.max": append("MemorySwapMax", amount)
        case "pids.max": append("TasksMax", amount)
        default: break
        }
    }

    private mutating func append(_ name: String, _ value: BusValue?) {
        if let value { properties.append(UnitProperty(name, value)) }
    }

    // MARK: - Devices

    /// The rules as a list of what is allowed; rules that allow all but some devices have no such form.
    private mutating func add(_ rules: [DeviceRule]) throws(CgroupError) {
        let list = try DeviceList(DeviceRules(rules))
        let isOpen = list.isAllowedByDefault
        properties.append(UnitProperty("DevicePolicy", .string(isOpen ? "auto" : "strict")))
        // The empty list takes away what was there before.
        properties.append(UnitProperty("DeviceAllow", .array(element: "(ss)", [])))
        guard !isOpen else { return }
        let entries: [BusValue] = list.entries.compactMap { selector, access in
            guard let name = name(of: selector) else { return nil }
            return .structure([.string(name), .string(access.letters)])
        }
        properties.append(UnitProperty("DeviceAllow", .array(element: "(ss)", entries)))
    }

    /// The name by which systemd knows the devices, see systemd.resource-control(5), `DeviceAllow=`; nil if none fits.
    private func name(of selector: DeviceSelector) -> String? {
        let kind = selector.kind == .block ? "block" : "char"
        guard let major = selector.major else { return selector.minor == nil ? kind + "-*" : nil }
        // Not a file that must exist: systemd reads the numbers out of the name.
        if let minor = selector.minor { return "/dev/" + kind + "/" + String(major) + ":" + String(minor) }
        return drivers.name(ofMajor: major, isBlock: selector.kind == .block).map { kind + "-" + $0 }
    }
}
