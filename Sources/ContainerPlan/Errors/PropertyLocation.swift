import ByteStrings
import ContainerInit
import ContainerSteps
import RuntimeSpec
import StrictJSON

extension Origin {
    /// The path as messages and `explain` show it: an entry of a map has its key, not its number.
    package func path(in spec: Spec) -> String {
        guard let index, let key = key(of: index, in: spec) else { return path }
        return PropertyPath(property.name.description).member(key).text
    }

    private func key(of index: Int, in spec: Spec) -> ByteString? {
        switch property {
        case .sysctl: element(index, of: spec.linux?.sysctl.keys)
        case .netDevices: element(index, of: spec.linux?.netDevices.keys)
        case .timeOffsets: element(index, of: spec.linux?.timeOffsets.keys).map { ByteString($0.rawValue) }
        default: nil
        }
    }

    private func element<Key>(_ index: Int, of keys: [Key]?) -> Key? {
        guard let keys, keys.indices.contains(index) else { return nil }
        return keys[index]
    }
}

extension ContainerError {
    /// The same error with the whole path of its property, for which the one who performs a step knows too little: the
    /// key of an entry of a map, and the number of a mount's option.
    package func located(in spec: Spec) -> ContainerError {
        guard var origin, let index = origin.index else { return self }
        var error = self
        if origin.property == .mounts, spec.mounts.indices.contains(index) {
            let mount = spec.mounts[index]
            let place = member == ".options" ? mount.options.firstIndex { quoted($0) == value } : nil
            if let place { error.member += "[" + String(place) + "]" }
            // The child knows a source in the root file system by its path there only.
            if let source = mount.source, isOfMount {
                error.operation = "error mounting \"" + source + "\" to rootfs at \"" + mount.destination + "\""
            }
            return error
        }
        let name = origin.property.name.description
        let path = origin.path(in: spec)
        guard path != origin.path else { return self }
        origin.index = nil
        error.origin = origin
        error.member = path.dropFirst(name.count) + member
        return error
    }
}
