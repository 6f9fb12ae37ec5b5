import ByteStrings
import StrictJSON

extension Validation {
    mutating func check(_ devices: [Device]) {
        var places: [Path: Int] = [:]
        for (index, device) in devices.enumerated() {
            let path = { "linux.devices[\(index)]" }
            if device.path.isEmpty { report(path(), "path", "must not be empty") }
            switch device.type {
            case .character, .block, .unbuffered:
                check(device.major, below: 1 << 12, of: device, path(), "major")
                check(device.minor, below: 1 << 20, of: device, path(), "minor")
            case .fifo: break
            }
            if let mode = device.fileMode, mode & ~0o7777 & ~device.type.fileTypeBits != 0 {
                report(path(), "fileMode", "\(mode) is out of range (0 to 4095)")
            }
            if device.uid == UInt32.max { report(path(), "uid", "\(UInt32.max) is not a user id") }
            if device.gid == UInt32.max { report(path(), "gid", "\(UInt32.max) is not a group id") }
            if let place = places.updateValue(index, forKey: device.path), !devices[place].isSame(as: device) {
                report(path(), "path", quotation(of: device.path) + " is given twice for different devices")
            }
        }
    }

    private mutating func check(
        _ number: Int64?, below limit: Int64, of device: Device, _ base: String, _ property: String
    ) {
        guard let number else {
            let kind = "\"" + device.type.rawValue + "\""
            return report(base, property, "required for type " + kind + ", but missing: " + quotation(of: device.path))
        }
        if !(0..<limit).contains(number) {
            report(base, property, "\(number) is out of range (0 to \(limit - 1))")
        }
    }

    mutating func check(_ devices: OrderedPairs<ByteString, NetDevice>) {
        guard let first = devices.first else { return }
        if !has(.network) {
            report(
                "linux", "netDevices",
                "unable to move network devices without a NET namespace: " + quotation(of: first.key))
        }
        var names = ByteStringSet()
        for pair in devices {
            if !Self.isInterfaceName(pair.key, isTemplate: false) {
                report(
                    PropertyPath("linux.netDevices").member(pair.key).text, "",
                    "invalid network device name " + quotation(of: pair.key))
            }
            let name = pair.value.name ?? pair.key
            if !name.hasSuffix("%d"), !names.insert(name) {
                let path = PropertyPath("linux.netDevices").member(pair.key).member("name")
                report(path.text, "", quotation(of: name) + " is the name of two devices")
            }
            if let name = pair.value.name, !Self.isInterfaceName(name, isTemplate: true) {
                let path = PropertyPath("linux.netDevices").member(pair.key).member("name")
                report(path.text, "", "invalid network device name " + quotation(of: name))
            }
        }
    }

    /// The kernel's rules for the name of a network device. A template ends in `%d`, for which the kernel puts a number.
    static func isInterfaceName(_ name: ByteString, isTemplate: Bool) -> Bool {
        guard (1...15).contains(name.count), name != ".", name != ".." else { return false }
        let plain = isTemplate && name.hasSuffix("%d") ? name.dropLast(2) : name[0..<name.count]
        return plain.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "/"), UInt8(ascii: ":"), UInt8(ascii: "%"), 0, 0x20, 0x09...0x0D: false
            default: true
            }
        }
    }
}

extension Device {
    fileprivate func isSame(as other: Device) -> Bool {
        let isSameKind =
            type == other.type || (type == .character && other.type == .unbuffered)
            || (type == .unbuffered && other.type == .character)
        return isSameKind && (type == .fifo || (major == other.major && minor == other.minor))
    }
}

extension DeviceType {
    /// The bits of the file's type, which some writers leave in the mode, see inode(7).
    fileprivate var fileTypeBits: UInt32 {
        switch self {
        case .character, .unbuffered: 0o020000
        case .block: 0o060000
        case .fifo: 0o010000
        }
    }
}
