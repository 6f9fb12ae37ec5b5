import ByteStrings
import ContainerInit
import ContainerSteps
import LinuxKernel
import RuntimeSpec

/// The options of one mount, sorted by whom they concern.
package struct MountOptions: Equatable, Sendable {
    /// The flags of mount(2) that are set.
    package var flags: MountFlags = []
    /// The flags that are cleared in words, which matters where a source has them.
    package var cleared: MountFlags = []
    /// The changes of propagation, in order.
    package var propagation: [MountFlags] = []
    /// Attributes that the whole tree gets.
    package var recursivelySet: MountAttributes = []
    /// Attributes that the whole tree loses.
    package var recursivelyCleared: MountAttributes = []
    /// What the runtime does itself.
    package var rules: MountStep.Rules = []
    /// How the options ask for mapped ids.
    package var idMap: IDMap?
    /// What goes to the file system, joined by commas.
    package var data = ByteString()

    package init() {}

    /// An id-mapped mount as options ask for it.
    package struct IDMap: Equatable, Sendable {
        /// True when mounts below the source are mapped as well.
        package var recursively: Bool
        /// The mapping of `idmap=uids=…;gids=…`; empty for the container's own or the one of the mount's properties.
        package var uids: [Range] = []
        package var gids: [Range] = []
    }

    /// A range of `idmap=`.
    package struct Range: Equatable, Sendable {
        package var mapping: IDMapping
        /// True when the host's id counts from the container's mapping: it was written with `@`.
        package var isRelative: Bool
    }

    /// Sorts `words`; of contradicting ones the last wins. Unknown words are data of the file system.
    package static func parse(_ words: [ByteString]) throws(ContainerError) -> MountOptions {
        var options = MountOptions()
        for word in words { try options.add(word) }
        return options
    }

    private mutating func add(_ word: ByteString) throws(ContainerError) {
        guard let option = MountOption.named(word) else {
            if word.hasPrefix("idmap=") || word.hasPrefix("ridmap=") {
                idMap = try IDMap(word)
            } else if !word.isEmpty {
                if !data.isEmpty { data += "," }
                data += word
            }
            return
        }
        switch option.effect {
        case .set(let bits):
            flags.formUnion(bits)
            cleared.subtract(bits)
        case .clear(let bits):
            flags.subtract(bits)
            cleared.formUnion(bits)
        case .propagate(let bits):
            propagation.append(bits)
        case .setTree(let bits):
            recursivelySet.formUnion(bits)
            recursivelyCleared.subtract(bits)
        case .clearTree(let bits):
            recursivelySet.subtract(bits)
            recursivelyCleared.formUnion(bits)
        case .setTreeAccessTime(let mode):
            // The modes share one field, which is cleared as a whole and set anew.
            recursivelyCleared.formUnion(.accessTimeField)
            recursivelySet = recursivelySet.subtracting(.accessTimeField).union(mode)
        case .rule(let rule):
            rules.formUnion(rule)
        case .mapIDs(let recursively):
            idMap = IDMap(recursively: recursively)
        case .nothing:
            break
        }
    }
}

extension MountOptions.IDMap {
    /// Reads `idmap=uids=0-1000-1#1-2000-10;gids=@0-5-1`.
    package init(_ word: ByteString) throws(ContainerError) {
        recursively = word.hasPrefix("ridmap=")
        let text = word.dropping(first: recursively ? 7 : 6)
        for part in text.parts(separatedBy: UInt8(ascii: ";")) {
            if part.hasPrefix("uids=") {
                uids = try Self.ranges(part.dropping(first: 5), word)
            } else if part.hasPrefix("gids=") {
                gids = try Self.ranges(part.dropping(first: 5), word)
            } else {
                throw Self.malformed(word)
            }
        }
        guard !uids.isEmpty, !gids.isEmpty else { throw Self.malformed(word) }
    }

    private static func ranges(_ text: ByteString, _ word: ByteString) throws(ContainerError) -> [MountOptions.Range] {
        var ranges: [MountOptions.Range] = []
        for item in text.split(separator: UInt8(ascii: "#"), omittingEmptySubsequences: false) {
            let isRelative = item.first == UInt8(ascii: "@")
            let numbers = (isRelative ? item.dropFirst() : item).split(
                separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
            guard numbers.count == 3, let inside = UInt32(decimal: numbers[0]),
                let outside = UInt32(decimal: numbers[1]), let size = UInt32(decimal: numbers[2]), size > 0
            else { throw malformed(word) }
            ranges.append(
                MountOptions.Range(
                    mapping: IDMapping(containerID: inside, hostID: outside, size: size), isRelative: isRelative))
        }
        return ranges
    }

    private static func malformed(_ word: ByteString) -> ContainerError {
        ContainerError(
            .invalidConfiguration, member: ".options", value: quoted(word),
            reason: "malformed mount option \"" + word
                + "\": want idmap=uids=INSIDE-OUTSIDE-SIZE;gids=INSIDE-OUTSIDE-SIZE")
    }
}

extension UInt32 {
    /// A number written in decimal digits and nothing else.
    package init?(decimal digits: ArraySlice<UInt8>) {
        guard !digits.isEmpty, digits.allSatisfy({ (48...57).contains($0) }) else { return nil }
        self.init(ByteString(bytes: digits).text)
    }
}
