import ByteStrings
import StrictJSON

extension Validation {
    mutating func checkNamespaces(_ linux: LinuxConfiguration) {
        var seen: [String] = []
        for (index, namespace) in namespaces.enumerated() {
            if seen.contains(namespace.type.rawValue) {
                let text = "{\"\(namespace.type.rawValue)\" " + quotation(of: namespace.path ?? Path()) + "}"
                report("linux", "namespaces[\(index)]", "malformed spec file: duplicated ns " + text)
            } else {
                seen.append(namespace.type.rawValue)
            }
            if let path = namespace.path, !path.isAbsolute {
                report("linux", "namespaces[\(index)].path", quotation(of: path) + " is not an absolute path")
            }
        }
        if knowsNamespaces {
            checkUserNamespace(linux)
            checkTimeNamespace(linux)
        }
        if has(.user) {
            check(linux.uidMappings, "linux", "uidMappings")
            check(linux.gidMappings, "linux", "gidMappings")
        }
        for pair in linux.timeOffsets where pair.value.nanosecs > 999_999_999 {
            report(
                "linux.timeOffsets", pair.key.rawValue + ".nanosecs",
                "\(pair.value.nanosecs) is out of range (0 to 999999999)")
        }
    }

    private mutating func checkUserNamespace(_ linux: LinuxConfiguration) {
        // Without one the mappings say nothing; engines leave them in for a container that shares the host's ids.
        guard let namespace = namespaces.first(where: { $0.type == .user }) else { return }
        // A joined namespace has its mappings already; whether others fit to them can only be seen on the host.
        guard namespace.path == nil else { return }
        // Without any, the runtime maps the container's root to its own user; half of them is an oversight.
        guard linux.uidMappings.isEmpty != linux.gidMappings.isEmpty else { return }
        if linux.uidMappings.isEmpty {
            report("linux", "uidMappings", "user namespaces enabled, but no uid mappings found")
        }
        if linux.gidMappings.isEmpty {
            report("linux", "gidMappings", "user namespaces enabled, but no gid mappings found")
        }
    }

    private mutating func checkTimeNamespace(_ linux: LinuxConfiguration) {
        guard !linux.timeOffsets.isEmpty else { return }
        guard let namespace = namespaces.first(where: { $0.type == .time }) else {
            return report(
                "linux", "timeOffsets",
                "time namespace offsets specified, but time namespace isn't enabled in the config")
        }
        guard let path = namespace.path else { return }
        report(
            "linux", "timeOffsets",
            "time namespace enabled, but both namespace path and time offsets specified -- you may only provide one: "
                + quotation(of: path))
    }

    /// The rules of user_namespaces(7) for the lines of a map.
    mutating func check(_ mappings: [IDMapping], _ base: String, _ property: String) {
        if mappings.count > 340 {
            report(base, property, "\(mappings.count) mappings, but the kernel takes no more than 340")
            return
        }
        for (index, mapping) in mappings.enumerated() {
            let path = { property + "[\(index)]" }
            if mapping.size == 0 { report(base, path() + ".size", "0 is not above 0") }
            if mapping.containerIDs.upperBound > Self.idCount {
                report(base, path(), "container ids from \(mapping.containerID) on are less than \(mapping.size)")
            }
            if mapping.hostIDs.upperBound > Self.idCount {
                report(base, path(), "host ids from \(mapping.hostID) on are less than \(mapping.size)")
            }
            for other in mappings[..<index] {
                if other.containerIDs.overlaps(mapping.containerIDs) {
                    report(base, path(), "container ids from \(mapping.containerID) on are mapped twice")
                }
                if other.hostIDs.overlaps(mapping.hostIDs) {
                    report(base, path(), "host ids from \(mapping.hostID) on are mapped twice")
                }
            }
        }
    }

    // The last number is no id: the kernel keeps it for "none", and refuses a range that ends with it.
    private static let idCount: UInt64 = (1 << 32) - 1

    /// In a new user namespace only mapped ids can own a file.
    mutating func checkIDs(of linux: LinuxConfiguration) {
        guard mapsIDs(linux) else { return }
        for (index, device) in linux.devices.enumerated() {
            if let uid = device.uid, uid != .max, !Self.has(uid, linux.uidMappings) {
                report("linux", "devices[\(index)].uid", "\(uid) is not mapped in the user namespace")
            }
            if let gid = device.gid, gid != .max, !Self.has(gid, linux.gidMappings) {
                report("linux", "devices[\(index)].gid", "\(gid) is not mapped in the user namespace")
            }
        }
    }

    /// The kernel's limit of supplementary groups, and that they are mapped.
    mutating func checkGroups(of process: Process, _ linux: LinuxConfiguration?) {
        let groups = process.user.additionalGids
        guard let linux, mapsIDs(linux) else { return }
        for (index, gid) in groups.enumerated() where gid != .max && !Self.has(gid, linux.gidMappings) {
            report("process", "user.additionalGids[\(index)]", "\(gid) is not mapped in the user namespace")
        }
    }

    /// Whether the mappings of the configuration are those of the container.
    private func mapsIDs(_ linux: LinuxConfiguration) -> Bool {
        let isNew = namespaces.contains { $0.type == .user && $0.path == nil }
        return isNew && !linux.uidMappings.isEmpty && !linux.gidMappings.isEmpty && linux.gidMappings.count <= 340
    }

    private static func has(_ id: UInt32, _ mappings: [IDMapping]) -> Bool {
        mappings.contains { $0.containerIDs.contains(UInt64(id)) }
    }
}

extension IDMapping {
    /// The ids inside the container.
    package var containerIDs: Range<UInt64> { UInt64(containerID)..<UInt64(containerID) + UInt64(size) }
    /// The ids on the host.
    package var hostIDs: Range<UInt64> { UInt64(hostID)..<UInt64(hostID) + UInt64(size) }
}
