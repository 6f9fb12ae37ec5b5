import Linux

/// The cgroups below a container's own that `exec --cgroup` names.
package struct SubCgroups: Hashable, Sendable {
    /// One path, for a controller or, with an empty name, for cgroup2.
    struct Entry: Hashable, Sendable {
        var controller: String
        var path: String
    }

    let entries: [Entry]

    /// Reads arguments of the form `[CONTROLLER[,CONTROLLER…]:]PATH`.
    package init(arguments: [String]) throws(CgroupError) {
        var entries: [Entry] = []
        for argument in arguments {
            guard let colon = argument.utf8.firstIndex(of: UInt8(ascii: ":")) else {
                guard arguments.count == 1 else {
                    throw CgroupError(
                        value: argument,
                        reason: "invalid --cgroup argument: " + argument + " (missing <controller>: prefix)")
                }
                entries.append(Entry(controller: "", path: argument))
                continue
            }
            let path = String(argument[argument.utf8.index(after: colon)...])
            for name in argument[..<colon].split(separator: ",", omittingEmptySubsequences: false) {
                guard !name.isEmpty else {
                    throw CgroupError(
                        value: argument,
                        reason: "invalid --cgroup argument: " + argument + " (empty <controller> prefix)")
                }
                guard !entries.contains(where: { $0.controller == name }) else {
                    throw CgroupError(
                        value: argument,
                        reason: "invalid --cgroup argument(s): controller " + name + " specified multiple times")
                }
                entries.append(Entry(controller: String(name), path: path))
            }
        }
        self.entries = entries
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
                controllers: $0.controllers, directory: $0.directory, mountPoint: "", inode: $0.inode,
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
                throw CgroupError(value: entry.path, reason: "bad sub cgroup path: " + entry.path)
            }
            chosen[index].below = path
        }
        return Cgroup(kind: kind, branches: chosen, mark: mark)
    }

    /// The path without a slash in front, and without `.` and `..`; nil if it leads out, empty if it leads nowhere.
    private static func below(_ path: String) -> String? {
        var depth = 0
        for part in path.utf8.split(separator: UInt8(ascii: "/")) {
            if part.elementsEqual(".".utf8) { continue }
            depth += part.elementsEqual("..".utf8) ? -1 : 1
            if depth < 0 { return nil }
        }
        if path.utf8.contains(0) { return nil }
        let cleaned = CgroupPlan.cleaned(path)
        return String(cleaned.dropFirst())
    }
}
