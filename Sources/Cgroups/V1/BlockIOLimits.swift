import RuntimeSpec

extension Limits {
    mutating func addLegacy(_ blockIO: BlockIOResources) throws(CgroupError) {
        if let weight = blockIO.weight, weight != 0 {
            add(Self.weight("blkio.weight", "blkio.bfq.weight", String(weight), "blockIO.weight"))
        }
        if let weight = blockIO.leafWeight, weight != 0 {
            add(LimitWrite("blkio", "blkio.leaf_weight", String(weight), "blockIO.leafWeight"))
        }
        for (index, entry) in blockIO.weightDevice.enumerated() {
            let property = "blockIO.weightDevice[" + String(index) + "]"
            let device = try Self.device(entry.major, entry.minor, property)
            guard entry.weight != nil || entry.leafWeight != nil else {
                throw Self.invalid(property, device, "a weight or a leafWeight is needed for " + device)
            }
            if let weight = entry.weight, weight != 0 {
                add(
                    Self.weight(
                        "blkio.weight_device", "blkio.bfq.weight_device", device + " " + String(weight),
                        property + ".weight"))
            }
            if let weight = entry.leafWeight, weight != 0 {
                add(
                    LimitWrite(
                        "blkio", "blkio.leaf_weight_device", device + " " + String(weight), property + ".leafWeight"))
            }
        }
        for (name, key, devices) in blockIO.throttles {
            for (index, entry) in devices.enumerated() {
                let property = "blockIO." + name + "[" + String(index) + "]"
                let device = try Self.device(entry.major, entry.minor, property)
                add(
                    LimitWrite(
                        "blkio", "blkio.throttle." + key.legacy, device + " " + String(entry.rate), property + ".rate"))
            }
        }
    }

    private static func weight(_ file: String, _ other: String, _ value: String, _ property: String) -> LimitWrite {
        LimitWrite("blkio", file, value, property, alternatives: [.init(file: other, value: value)])
    }
}

extension BlockIOResources {
    /// The four kinds of limit of a device's traffic: the property's name, the file or key, and the entries.
    var throttles: [(name: String, key: (legacy: String, unified: String), devices: [ThrottleDevice])] {
        [
            ("throttleReadBpsDevice", ("read_bps_device", "rbps"), throttleReadBpsDevice),
            ("throttleWriteBpsDevice", ("write_bps_device", "wbps"), throttleWriteBpsDevice),
            ("throttleReadIOPSDevice", ("read_iops_device", "riops"), throttleReadIOPSDevice),
            ("throttleWriteIOPSDevice", ("write_iops_device", "wiops"), throttleWriteIOPSDevice),
        ]
    }
}
