/// A slice of systemd: a node in the tree of its cgroups. See systemd.slice(5).
package struct SliceName: Hashable, Sendable {
    /// The name with its ending, such as `user-1000.slice`.
    package let name: String

    /// Checks a name: it ends in `.slice`, is no path, and each dash stands between two words.
    package init?(_ name: String) {
        guard name.hasSuffix(".slice"), !name.utf8.contains(UInt8(ascii: "/")), !name.utf8.contains(0) else {
            return nil
        }
        let stem = name.dropLast(6)
        if stem != "-" {
            guard !stem.isEmpty, !stem.hasPrefix("-"), !stem.hasSuffix("-"),
                !zip(stem.utf8, stem.utf8.dropFirst()).contains(where: { $0 == UInt8(ascii: "-") && $1 == $0 })
            else { return nil }
        }
        self.name = name
    }

    private init(root name: String) { self.name = name }

    /// The slice that all others are in.
    package static let root = SliceName(root: "-.slice")

    /// The directory of its cgroup below the manager's: `/a.slice/a-b.slice` for `a-b.slice`, nothing for the root's.
    package var path: String {
        let stem = name.dropLast(6)
        if stem == "-" { return "" }
        var path = ""
        var end = stem.startIndex
        while true {
            let next = stem.utf8[end...].firstIndex(of: UInt8(ascii: "-"))
            path += "/" + stem[..<(next ?? stem.endIndex)] + ".slice"
            guard let next else { return path }
            end = stem.utf8.index(after: next)
        }
    }
}

/// The unit that a container's cgroup belongs to.
package struct ContainerUnit: Hashable, Sendable {
    /// The slice it is in.
    package let slice: SliceName
    /// Its name, a scope's or a slice's.
    package let name: String
    /// The container's name in it, for the unit's description.
    package let container: String
    /// Whether the manager is the user's and not the system's.
    package let isUser: Bool

    package init(slice: SliceName, name: String, container: String, isUser: Bool) {
        self.slice = slice
        self.name = name
        self.container = container
        self.isUser = isUser
    }

    /// Whether the unit is a slice itself, which holds no processes of its own for systemd.
    package var isSlice: Bool { name.hasSuffix(".slice") }

    /// The directory of its cgroup below the manager's.
    package var path: String {
        if isSlice, let own = SliceName(name), own.path.hasPrefix(slice.path) { return own.path }
        return slice.path + "/" + name
    }
}
