/// One line of a schemata file: a resource and what a class gets of it, by the id of the cache: `L3:0=f;1=ff0`.
package struct ResctrlSchema: Equatable, Sendable {
    package let resource: String
    /// Ids and values without blanks and leading zeros, as the kernel and its users write them differently.
    package let shares: [Share]

    package struct Share: Equatable, Sendable {
        package let id: String
        package let value: String
    }

    /// Reads a line; nil for one of another form.
    package init?(_ line: String) {
        let parts = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2 else { return nil }
        var shares: [Share] = []
        for part in parts[1].split(separator: ";", omittingEmptySubsequences: true) {
            let sides = part.split(separator: "=", omittingEmptySubsequences: false)
            guard sides.count == 2 else { return nil }
            let (id, value) = (Self.plain(sides[0]), Self.plain(sides[1]))
            guard !id.isEmpty, !value.isEmpty else { return nil }
            shares.append(Share(id: id, value: value))
        }
        resource = Self.trimmed(parts[0])
        self.shares = shares
        if resource.isEmpty || shares.isEmpty { return nil }
    }

    /// Whether a class whose schemata file has the text `existing` has these shares.
    package func holds(in existing: String) -> Bool {
        for line in existing.split(separator: "\n") {
            guard let schema = ResctrlSchema(String(line)), schema.resource == resource else { continue }
            return shares.allSatisfy { schema.shares.contains($0) }
        }
        return false
    }

    private static func trimmed(_ text: Substring) -> String {
        let isBlank = { (character: Character) in character == " " || character == "\t" }
        var text = text.drop(while: isBlank)
        while let last = text.last, isBlank(last) { text.removeLast() }
        return String(text)
    }

    private static func plain(_ text: Substring) -> String {
        let text = trimmed(text).lowercased()
        let digits = text.drop { $0 == "0" }
        return digits.isEmpty && !text.isEmpty ? "0" : String(digits)
    }
}
