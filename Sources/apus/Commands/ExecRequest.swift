/// The user of `exec --user`: numbers, since names are the image's business.
struct ExecUser: Equatable {
    let user: UInt32
    let group: UInt32?

    /// Reads `UID[:GID]`.
    init(_ text: String) throws(CommandError) {
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        group = parts.count > 1 ? try Self.identifier(String(parts[1]), "bad gid: ") : nil
        user = try Self.identifier(String(parts[0]), "bad uid: ")
    }

    private static func identifier(_ text: String, _ prefix: String) throws(CommandError) -> UInt32 {
        let reason: GoSyntax.NumberError
        do throws(GoSyntax.NumberError) {
            // The kernel takes the highest number for "no change", so it names nobody.
            if let number = UInt32(exactly: try GoSyntax.decimal(text)), number != .max { return number }
            reason = .range
        } catch {
            reason = error
        }
        throw CommandError(prefix + "strconv.Atoi: parsing " + goQuoted(text) + ": " + reason.text)
    }
}

/// The cgroups of `exec --cgroup`, below the container's own.
struct ExecCgroup: Equatable {
    /// The controller of version 1 that the path is for; nil for the unified hierarchy.
    let controller: String?
    let path: String

    /// The same texts, when each is a `[CONTROLLER[,CONTROLLER]:]PATH` and no controller is named twice.
    static func checked(_ texts: [String]) throws(CommandError) -> [String] {
        _ = try all(texts)
        return texts
    }

    /// Reads each `[CONTROLLER[,CONTROLLER]:]PATH`.
    static func all(_ texts: [String]) throws(CommandError) -> [ExecCgroup] {
        var cgroups: [ExecCgroup] = []
        for text in texts {
            let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count > 1 else {
                guard texts.count == 1 else {
                    throw CommandError("invalid --cgroup argument: " + text + " (missing <controller>: prefix)")
                }
                cgroups.append(ExecCgroup(controller: nil, path: text))
                continue
            }
            for controller in parts[0].split(separator: ",", omittingEmptySubsequences: false) {
                guard !controller.isEmpty else {
                    throw CommandError("invalid --cgroup argument: " + text + " (empty <controller> prefix)")
                }
                guard !cgroups.contains(where: { $0.controller == String(controller) }) else {
                    throw CommandError(
                        "invalid --cgroup argument(s): controller " + controller + " specified multiple times")
                }
                cgroups.append(ExecCgroup(controller: String(controller), path: String(parts[1])))
            }
        }
        return cgroups
    }
}

/// The further groups of `exec --additional-gids`.
func additionalGroups(_ numbers: [Int]) throws(CommandError) -> [UInt32] {
    var groups: [UInt32] = []
    for number in numbers {
        guard let group = UInt32(exactly: number), group != .max else {
            throw CommandError("additional-gids must be a positive number " + String(number))
        }
        groups.append(group)
    }
    return groups
}
