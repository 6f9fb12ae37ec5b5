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
        let weight = powerOfTen((exponent * exponent + 125 * exponent) / 612 - 7.0 / 34)
        // Only 1024 gives a whole number, all others are farther from one than this, which covers the rounding.
        return Int((weight - 1e-8).rounded(.up))
    }

    // The C library's log2 and pow would be the only use of its mathematics.

    /// The exponent of two, by the series of the inverse hyperbolic tangent.
    private static func binaryLogarithm(_ value: Double) -> Double {
        let ratio = (value.significand - 1) / (value.significand + 1)
        var power = ratio
        var sum = 0.0
        for term in 0..<20 {
            sum += power / Double(2 * term + 1)
            power *= ratio * ratio
        }
        return Double(value.exponent) + 2 * sum / naturalLogarithmOfTwo
    }

    /// Ten to the power of `exponent`, by the series of the exponential function.
    private static func powerOfTen(_ exponent: Double) -> Double {
        let binary = exponent * binaryLogarithm(10)
        let whole = binary.rounded(.down)
        let rest = (binary - whole) * naturalLogarithmOfTwo
        var term = 1.0
        var sum = 1.0
        for index in 1..<20 {
            term *= rest / Double(index)
            sum += term
        }
        return Double(sign: .plus, exponent: Int(whole), significand: sum)
    }

    private static let naturalLogarithmOfTwo = 0.693147180559945309417232121458176568
}
