import RuntimeSpec

extension Limits {
    mutating func addUnified(_ blockIO: BlockIOResources) throws(CgroupError) {
        if let weight = blockIO.weight, weight != 0 {
            add(try Self.unifiedWeight(weight, device: "", "blockIO.weight"))
        }
        if let weight = blockIO.leafWeight, weight != 0 {
            throw Self.invalid("blockIO.leafWeight", String(weight), "cgroup v2 has no leaf weight")
        }
        for (index, entry) in blockIO.weightDevice.enumerated() {
            let property = "blockIO.weightDevice[" + String(index) + "]"
            let device = try Self.device(entry.major, entry.minor, property)
            guard entry.weight != nil || entry.leafWeight != nil else {
                throw Self.invalid(property, device, "a weight or a leafWeight is needed for " + device)
            }
            if let weight = entry.weight, weight != 0 {
                add(try Self.unifiedWeight(weight, device: device + " ", property + ".weight"))
            }
            if let weight = entry.leafWeight, weight != 0 {
                throw Self.invalid(property + ".leafWeight", String(weight), "cgroup v2 has no leaf weight")
            }
        }
        for (name, key, devices) in blockIO.throttles {
            for (index, entry) in devices.enumerated() {
                let property = "blockIO." + name + "[" + String(index) + "]"
                let device = try Self.device(entry.major, entry.minor, property)
                let rate = entry.rate == 0 ? "max" : String(entry.rate)
                add(LimitWrite("io", "io.max", device + " " + key.unified + "=" + rate, property + ".rate"))
            }
        }
    }

    /// The weight for the scheduler that has one: BFQ takes it as it is, others in a range of their own.
    private static func unifiedWeight(
        _ weight: UInt16, device: String, _ property: String
    ) throws(CgroupError) -> LimitWrite {
        guard weight >= 10, weight <= 1000 else {
            throw invalid(
                property, String(weight), "invalid blkio weight: " + String(weight) + " (valid range is 10-1000)")
        }
        let converted = 1 + (Int(weight) - 10) * 9999 / 990
        return LimitWrite(
            "io", "io.bfq.weight", device + String(weight), property,
            alternatives: [.init(file: "io.weight", value: device + String(converted))])
    }
}
