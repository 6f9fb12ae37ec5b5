/// Byte strings, each once, of which some more are added one by one.
///
/// The `Set` of the standard library does the same. But for the first set of a type of one's own the language's runtime looks
/// through all conformances of the program, which takes it 200,000 instructions: more than to read a whole configuration.
public struct ByteStringSet: Sendable {
    private var members: [ByteString] = []
    /// Places among the members, from 1 on, by hash; 0 is free. A power of two, more than twice as many as members; empty
    /// while there are few.
    private var table: [Int32] = []

    private static let few = 8

    /// Makes the empty set.
    public init() {}

    /// Adds a member; false when it was one already.
    public mutating func insert(_ new: ByteString) -> Bool {
        if members.count < Self.few {
            if members.contains(where: { $0 == new }) { return false }
            members.append(new)
            return true
        }
        if members.count * 2 >= table.count { grow() }
        let place = place(of: new)
        guard table[place] == 0 else { return false }
        members.append(new)
        table[place] = Int32(truncatingIfNeeded: members.count)
        return true
    }

    /// Where the member is in the table, or where it would be.
    private func place(of member: ByteString) -> Int {
        var place = Self.hash(member) & (table.count - 1)
        while table[place] != 0, members[Int(table[place]) - 1] != member {
            place = (place + 1) & (table.count - 1)
        }
        return place
    }

    private mutating func grow() {
        table = [Int32](repeating: 0, count: max(Self.few * 4, table.count * 2))
        for index in members.indices {
            table[place(of: members[index])] = Int32(truncatingIfNeeded: index + 1)
        }
    }

    /// Seeded anew in each process, so that nobody can choose members that collide.
    private static func hash(_ member: ByteString) -> Int {
        var hasher = Hasher()
        member.storage.withUnsafeBytes { hasher.combine(bytes: $0) }
        return hasher.finalize()
    }
}
