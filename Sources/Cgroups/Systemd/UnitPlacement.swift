import LinuxKernel
import SystemdBus

extension CgroupPlan {
    /// Resolves `linux.cgroupsPath` for the systemd driver, whose form is `slice:prefix:name`.
    ///
    /// The unit is the scope `prefix-name.scope` in the slice, or the slice `name` if it ends so. An absent path gives the
    /// scope `runc-ID.scope` in the manager's usual slice.
    ///
    /// - Parameters:
    ///   - isUser: whether the unit is the user's own manager's.
    ///   - slice: the slice of a scope, if that of the path is not to hold.
    package init(
        layout: CgroupLayout, unitPath: String?, id: String, isUser: Bool, slice: SliceName? = nil
    ) throws(CgroupError) {
        guard !isUser || layout.kind == .unified else {
            throw CgroupError(
                property: "linux.cgroupsPath", value: unitPath ?? "",
                reason: "systemd manages cgroups for ordinary users on cgroup v2 only")
        }
        try self.init(
            layout: layout, unitPath: unitPath, id: id, isUser: isUser, slice: slice,
            managerPath: isUser ? Self.userManagerPath() : Self.systemManagerPath())
    }

    private static func userManagerPath() throws(CgroupError) -> Path {
        do throws(BusError) {
            var manager = try SystemdManager(user: true)
            return Path(try manager.controlGroup())
        } catch {
            throw CgroupError("unable to apply cgroup configuration: cannot talk to the user's systemd", error)
        }
    }

    /// The cgroup above that of the first process: `/`, but in a container that runs a systemd of its own.
    private static func systemManagerPath() throws(CgroupError) -> Path {
        let text = try attempt("read", "/proc/1/cgroup") { () throws(Errno) in
            try readKernelFile("/proc/1/cgroup")
        }
        let lines = CgroupMembership.parse(text)
        let line = lines.first { $0.controllers == ["name=systemd"] } ?? lines.first { $0.controllers.isEmpty }
        let path = line?.path ?? "/"
        return path.lastComponent?.bytes == "init.scope" ? path.parent : "/"
    }

    /// - Parameter managerPath: the cgroup that the manager's units are below, `/` for the system's.
    package init(
        layout: CgroupLayout, unitPath: String?, id: String, isUser: Bool, slice: SliceName? = nil, managerPath: Path
    ) throws(CgroupError) {
        let given = unitPath ?? ""
        let unit = try Self.unit(given, id: id, isUser: isUser, slice: slice)
        try self.init(layout: layout, cgroupsPath: managerPath.appending(Path(unit.path)), id: id)
        self.unit = unit
        isDefaultPath = given.isEmpty
    }

    static func unit(
        _ text: String, id: String, isUser: Bool, slice other: SliceName?
    ) throws(CgroupError) -> ContainerUnit {
        let usual = isUser ? "user.slice" : "system.slice"
        var parts = [usual, "runc", id]
        if !text.isEmpty {
            parts = text.utf8.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false).map {
                String(Substring($0))
            }
            guard parts.count == 3 else {
                throw refused(
                    text,
                    "expected cgroupsPath to be of format \"slice:prefix:name\" for systemd cgroups, got \"" + text
                        + "\" instead")
            }
            if parts[0].isEmpty { parts[0] = usual }
        }
        guard let slice = SliceName(parts[0]) else { throw refused(text, "invalid slice name: " + parts[0]) }
        let isSlice = parts[2].hasSuffix(".slice")
        let name = isSlice ? parts[2] : parts[1] + "-" + parts[2] + ".scope"
        guard isUnitName(name), !isSlice || SliceName(name) != nil else {
            throw refused(text, "invalid unit name: " + name)
        }
        return ContainerUnit(slice: isSlice ? slice : other ?? slice, name: name, container: parts[2], isUser: isUser)
    }

    /// Whether systemd takes the name: see systemd.unit(5), "valid unit names".
    private static func isUnitName(_ name: String) -> Bool {
        name.utf8.count <= 255
            && name.utf8.allSatisfy {
                switch $0 {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: ":"), UInt8(ascii: "-"), UInt8(ascii: "_"),
                    UInt8(ascii: "."), UInt8(ascii: "\\"), UInt8(ascii: "@"):
                    true
                default: false
                }
            }
    }

    private static func refused(_ text: String, _ reason: String) -> CgroupError {
        CgroupError(property: "linux.cgroupsPath", value: text, reason: reason)
    }
}
