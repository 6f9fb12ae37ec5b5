import ContainerRuntime

/// The user of `exec --user`: numbers, since names are the image's business.
struct ExecUser: Equatable {
    let user: UInt32
    let group: UInt32?

    /// Reads `UID[:GID]`.
    init(_ text: String) throws(CommandError) {
        let parts = text.utf8.split(separator: UInt8(ascii: ":"), maxSplits: 1, omittingEmptySubsequences: false)
        group = parts.count > 1 ? try Self.identifier(String(Substring(parts[1])), "bad gid: ") : nil
        user = try Self.identifier(String(Substring(parts[0])), "bad uid: ")
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
        throw CommandError(prefix + "strconv.Atoi: parsing " + quoted(text) + ": " + reason.text)
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
