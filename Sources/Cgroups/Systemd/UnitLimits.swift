import ByteStrings
import RuntimeSpec
import SystemdBus

/// The limits of a container as properties of its unit, so that systemd writes the same values as the runtime when it
/// writes them again, as after `systemctl daemon-reload`. See systemd.resource-control(5).
///
/// They stand in the order of their names: systemd writes a file for each that is changed of a unit that runs, and says that
/// the unit "changed on disk" unless the files come into being in this order.
package struct UnitLimits {
    package private(set) var properties: [UnitProperty] = []
    /// What can be given only when the unit is started.
    package private(set) var startProperties: [UnitProperty] = []
    /// The host's names of drivers.
    private let drivers: DriverNames

    /// The properties of `resources`; what systemd has no property for is left to the runtime alone.
    package init(_ resources: Resources, isUnified: Bool, drivers: DriverNames) throws(CgroupError) {
        self.drivers = drivers
        if !resources.devices.isEmpty { try add(resources.devices) }
        if let memory = resources.memory { try add(memory, isUnified: isUnified) }
        if let cpu = resources.cpu { try add(cpu, isUnified: isUnified) }
        if let weight = resources.blockIO?.weight, weight != 0, !isUnified {
            try append("BlockIOWeight", UInt64(weight), in: 10...1000, "blockIO.weight")
        }
        if let limit = resources.pids?.limit {
            properties.append(UnitProperty(Self.tasks, .uint64(limit > 0 ? UInt64(limit) : .max)))
        }
        if isUnified {
            for file in resources.unified { try add(file: file.key.text, file.value.text) }
        }
        sort()
    }

    /// The limit of tasks, which what makes the container has to stay below.
    package static let tasks = "TasksMax"

    /// What can be changed of a unit that runs, on cgroup v2, in order.
    static let changeable = [
        "AllowedCPUs", "AllowedMemoryNodes", "CPUQuotaPerSecUSec", "CPUQuotaPeriodUSec", "CPUWeight", "DeviceAllow",
        "DevicePolicy", "MemoryHigh", "MemoryLow", "MemoryMax", "MemoryMin", "MemorySwapMax", tasks,
    ]
    /// The version of systemd that knows all of these.
    static let oldestWithAllChangeable = 244

    /// Of several values of one property the last one counts, as it does in the files of the cgroup; of a list all do.
    private mutating func sort() {
        var latest: [UnitProperty] = []
        for property in properties {
            if property.name != "DeviceAllow" { latest.removeAll { $0.name == property.name } }
            latest.append(property)
        }
        properties = latest.enumerated().sorted { ($0.element.name, $0.offset) < ($1.element.name, $1.offset) }
            .map(\.element)
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
            try append("CPUShares", shares, in: 2...262_144, "cpu.shares")
        }
        addQuota(cpu.quota ?? 0, period: cpu.period ?? 0)
        try add(cpus: cpu.cpus, "linux.resources.cpu.cpus", as: "AllowedCPUs")
        try add(cpus: cpu.mems, "linux.resources.cpu.mems", as: "AllowedMemoryNodes")
    }

    private mutating func addQuota(_ quota: Int64, period: UInt64) {
        if period != 0 { properties.append(UnitProperty("CPUQuotaPeriodUSec", .uint64(period), since: 242)) }
        guard quota != 0 || period != 0 else { return }
        let perSecond =
            quota > 0 ? Self.perSecond(UInt64(quota), period: period == 0 ? Self.usualPeriod : period) : .max
        properties.append(UnitProperty("CPUQuotaPerSecUSec", .uint64(perSecond)))
    }

    /// The period of processor time where none is given, in microseconds.
    private static let usualPeriod: UInt64 = 100_000

    /// Microseconds of processor time a second, as systemd keeps them: whole hundredths of a processor, never less than what
    /// is asked for. The greatest number if it is too much to count.
    private static func perSecond(_ quota: UInt64, period: UInt64) -> UInt64 {
        let (product, overflows) = quota.multipliedReportingOverflow(by: 1_000_000)
        guard !overflows, period > 0 else { return .max }
        let hundredths = product.quotientAndRemainder(dividingBy: period)
        let exact = hundredths.quotient + (hundredths.remainder == 0 ? 0 : 1)
        let (sum, isTooMuch) = exact.addingReportingOverflow(9999)
        return isTooMuch ? .max : sum / 10_000 * 10_000
    }

    /// The quota that systemd writes for this one when it writes it again; the same where it cannot be expressed.
    static func kept(_ quota: Int64, period: UInt64) -> Int64 {
        guard quota > 0 else { return quota }
        let period = period == 0 ? usualPeriod : period
        let perSecond = perSecond(UInt64(quota), period: period)
        let (product, overflows) = perSecond.multipliedReportingOverflow(by: period)
        guard perSecond != .max, !overflows else { return quota }
        return Int64(clamping: product / 1_000_000)
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
        let amount = value == "max" ? UInt64.max : UInt64(value)
        let property = "unified." + file
        switch file {
        case "cpu.idle":
            if value == "1" { properties.append(UnitProperty("CPUWeight", .uint64(0), since: 252)) }
        case "cpu.weight": try append("CPUWeight", amount, in: 1...10_000, property)
        case "cpu.max":
            let words = value.utf8.split(separator: UInt8(ascii: " ")).map { Substring($0) }
            guard let first = words.first else { return }
            addQuota(Int64(first) ?? -1, period: words.count > 1 ? UInt64(words[1]) ?? 0 : 100_000)
        case "cpuset.cpus": try add(cpus: value, "linux.resources.unified.cpuset.cpus", as: "AllowedCPUs")
        case "cpuset.mems": try add(cpus: value, "linux.resources.unified.cpuset.mems", as: "AllowedMemoryNodes")
        case "memory.high": try append("MemoryHigh", amount, in: 1 ... .max, property)
        case "memory.low": try append("MemoryLow", amount, in: 0 ... .max, property)
        case "memory.min": try append("MemoryMin", amount, in: 0 ... .max, property)
        case "memory.max": try append("MemoryMax", amount, in: 1 ... .max, property)
        case "memory.oom.group":
            if value == "1" { startProperties.append(UnitProperty("OOMPolicy", .string("kill"), since: 252)) }
        case "memory.swap.max": try append("MemorySwapMax", amount, in: 0 ... .max, property)
        case "pids.max": try append(Self.tasks, amount, in: 1 ... .max, property)
        default: break
        }
    }

    /// Adds a number that systemd takes; what is no number at all, the kernel refuses.
    private mutating func append(
        _ name: String, _ value: UInt64?, in range: ClosedRange<UInt64>, _ property: String
    ) throws(CgroupError) {
        guard let value else { return }
        guard range.contains(value) else {
            let bounds =
                range.upperBound == .max
                ? "at least " + String(range.lowerBound) : "\(range.lowerBound) to \(range.upperBound)"
            throw CgroupError(
                property: "linux.resources." + property, value: String(value),
                reason: "systemd takes no " + name + "=" + String(value) + ", only " + bounds)
        }
        properties.append(UnitProperty(name, .uint64(value)))
    }

    // MARK: - Devices

    /// The rules as a list of what is allowed; rules that allow all but some devices have no such form.
    private mutating func add(_ rules: [DeviceRule]) throws(CgroupError) {
        let list = try DeviceList(DeviceRules(rules))
        let isOpen = list.isAllowedByDefault
        // The empty list takes away what was there before.
        properties.append(UnitProperty("DeviceAllow", .array(element: "(ss)", [])))
        properties.append(UnitProperty("DevicePolicy", .string(isOpen ? "auto" : "strict")))
        guard !isOpen else { return }
        let entries: [BusValue] = list.exceptions.compactMap { exception in
            guard let name = name(of: exception.selector) else { return nil }
            return .structure([.string(name), .string(exception.access.letters)])
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
