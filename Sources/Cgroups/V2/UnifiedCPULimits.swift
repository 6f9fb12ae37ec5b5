import Linux
import RuntimeSpec

extension Limits {
    /// `quota` is the present first word of `cpu.max`, for a configuration that gives a period alone.
    mutating func addUnified(_ cpu: CPUResources, quota present: String? = nil) throws(CgroupError) {
        addCpuset(cpu)
        let isIdle = try addIdle(cpu.idle)
        if let shares = cpu.shares, shares != 0, !isIdle {
            add(LimitWrite("cpu", "cpu.weight", String(Self.weight(ofShares: shares)), "cpu.shares"))
        }
        var bandwidth: [LimitWrite] = []
        if let burst = cpu.burst {
            bandwidth.append(
                LimitWrite("cpu", "cpu.max.burst", String(burst), "cpu.burst", isOptional: burst == 0))
        }
        let quota = cpu.quota ?? 0
        let period = cpu.period ?? 0
        if quota != 0 || period != 0 {
            var value = quota > 0 ? String(quota) : quota < 0 ? "max" : present ?? "max"
            if period != 0 { value += " " + String(period) }
            bandwidth.append(LimitWrite("cpu", "cpu.max", value, quota == 0 ? "cpu.period" : "cpu.quota"))
        }
        add(bandwidth)
        if let period = cpu.realtimePeriod, period != 0 {
            throw Self.invalid("cpu.realtimePeriod", String(period), "cgroup v2 has no limit of real-time tasks")
        }
        if let runtime = cpu.realtimeRuntime, runtime != 0 {
            throw Self.invalid("cpu.realtimeRuntime", String(runtime), "cgroup v2 has no limit of real-time tasks")
        }
    }

    /// The weight that stands for a share: 2, 1024 and 262144 become 1, 100 and 10000, with a parabola of the exponents
    /// in between, so that both the default and the range keep their meaning.
    package static func weight(ofShares shares: UInt64) -> Int {
        if shares <= 2 { return 1 }
        if shares >= 262_144 { return 10_000 }
        let exponent = binaryLogarithm(Double(shares))
        return Int(powerOfTen((exponent * exponent + 125 * exponent) / 612 - 7.0 / 34).rounded(.up))
    }
}
