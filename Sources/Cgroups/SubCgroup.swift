import LinuxKernel

/// The cgroups below a container's own that `exec --cgroup` names.
package struct SubCgroups: Hashable, Sendable {
    /// One path, for a controller or, with an empty name, for cgroup2.
    struct Entry: Hashable, Sendable {
        var controller: String
        var path: Path
    }

    let entries: [Entry]

    /// Reads arguments of the form `[CONTROLLER[,CONTROLLER…]:]PATH`.
    package init(arguments: [ByteString]) throws(CgroupError) {
        var entries: [Entry] = []
        for argument in arguments {
            guard let colon = argument.firstIndex(of: UInt8(ascii: ":")) else {
                guard arguments.count == 1 else {
                    throw Self.invalid(argument, " (missing <controller>: prefix)")
                }
                entries.append(Entry(controller: "", path: Path(argument)))
                continue
            }
            let path = Path(argument.dropping(first: colon + 1))
            for word in argument[..<colon].split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false) {
                let name = ByteString(bytes: word).text
                guard !name.isEmpty else { throw Self.invalid(argument, " (empty <controller> prefix)") }
                guard !entries.contains(where: { $0.controller == name }) else {
                    throw CgroupError(
                        value: argument.text,
                        reason: "invalid --cgroup argument(s): controller " + name + " specified multiple times")
                }
                entries.append(Entry(controller: name, path: path))
            }
        }
        self.entries = entries
    }

    private static func invalid(_ argument: ByteString, _ why: String) -> CgroupError {
        CgroupError(value: argument.text, reason: "invalid --cgroup argument: " + argument.text + why)
    }

    /// Whether no argument was given.
    package var isEmpty: Bool { entries.isEmpty }
}

extension Cgroup {
    /// The cgroup for a further process of the container: its own one, with those below it that `sub` names.
    ///
    /// The directories must exist; the first use of one that does not says so.
    package func cgroup(for sub: SubCgroups) throws(CgroupError) -> Cgroup {
        var chosen = branches.map {
            Branch(
                controllers: $0.controllers, directory: $0.directory, mountPoint: Path(), inode: $0.inode,
                refusal: $0.refusal)
        }
        for entry in sub.entries {
            let found = chosen.firstIndex {
                entry.controller.isEmpty ? $0.isUnified : $0.controllers.contains(entry.controller)
            }
            guard let index = found else {
                throw CgroupError(
                    value: entry.controller,
                    reason: "unknown controller " + entry.controller + " in SubCgroupPaths")
            }
            guard let path = Self.below(entry.path) else {
                throw CgroupError(value: entry.path.text, reason: "bad sub cgroup path: " + entry.path.text)
            }
            chosen[index].below = path
        }
        return Cgroup(kind: kind, branches: chosen, mark: mark)
    }

    /// The path without a slash in front, and without `.` and `..`; nil if it leads out, empty if it leads nowhere.
    private static func below(_ path: Path) -> Path? {
        guard let components = path.components else { return nil }
        var depth = 0
        for part in components where !part.isCurrentDirectory {
            depth += part.isParentDirectory ? -1 : 1
            if depth < 0 { return nil }
        }
        return path.cleaned.relative(to: "/") ?? Path()
    }
}
