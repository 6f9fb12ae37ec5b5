import ByteStrings
import ContainerInit

/// One line of a schemata file: a resource and what a class gets of it, by the id of the cache: `L3:0=f;1=ff0`.
package struct ResctrlSchema: Equatable, Sendable {
    package let resource: ByteString
    /// Ids and values without blanks and leading zeros, as the kernel and its users write them differently.
    package let shares: [Share]

    package struct Share: Equatable, Sendable {
        package let id: ByteString
        package let value: ByteString
    }

    /// Reads a line; nil for one of another form.
    package init?(_ line: ByteString) {
        let parts = line.split(separator: UInt8(ascii: ":"), maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2 else { return nil }
        var shares: [Share] = []
        for part in parts[1].split(separator: UInt8(ascii: ";")) {
            let sides = part.split(separator: UInt8(ascii: "="), omittingEmptySubsequences: false)
            guard sides.count == 2 else { return nil }
            let (id, value) = (Self.plain(sides[0]), Self.plain(sides[1]))
            guard !id.isEmpty, !value.isEmpty else { return nil }
            shares.append(Share(id: id, value: value))
        }
        resource = ByteString(bytes: Self.trimmed(parts[0]))
        self.shares = shares
        if resource.isEmpty || shares.isEmpty { return nil }
    }

    /// Whether a class whose schemata file has the content `existing` has these shares.
    package func holds(in existing: ByteString) -> Bool {
        for line in existing.parts(separatedBy: UInt8(ascii: "\n")) {
            guard let schema = ResctrlSchema(line), schema.resource == resource else { continue }
            return shares.allSatisfy { schema.shares.contains($0) }
        }
        return false
    }

    private static func trimmed(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        func isBlank(_ byte: UInt8) -> Bool { byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") }
        var bytes = bytes.drop(while: isBlank)
        while let last = bytes.last, isBlank(last) { bytes.removeLast() }
        return bytes
    }

    private static func plain(_ bytes: ArraySlice<UInt8>) -> ByteString {
        let bytes = trimmed(bytes)
        let digits = bytes.drop { $0 == UInt8(ascii: "0") }
        if digits.isEmpty { return bytes.isEmpty ? ByteString() : "0" }
        let upperCase = UInt8(ascii: "A")...UInt8(ascii: "Z")
        return ByteString(bytes: digits.map { upperCase.contains($0) ? $0 + 32 : $0 })
    }
}
