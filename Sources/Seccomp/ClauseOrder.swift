import RuntimeSpec

/// The order in which clauses with different verdicts are asked, which is libseccomp's.
///
/// It compares the halves of the arguments one after the other: later arguments first, then the more exact operator,
/// then the narrower range. Where that leaves a choice, the order of the profile decides, for all clauses that begin
/// alike at once. A clause that is the beginning of another one comes before it.
struct ClauseOrder {
    /// What decides about one half of an argument.
    private struct Key: Equatable {
        var argument: UInt8
        var exactness: Int
        var datum: UInt32
        /// The rest, which has no order of its own.
        var isMasked: Bool
        var mask: UInt32
    }

    private var keys: [[Key]] = []
    /// For each key of each clause, the first clause that has the same keys up to there.
    private var ranks: [[Int]] = []

    init(_ clauses: [Clause], on architecture: SeccompArchitecture) {
        for (index, clause) in clauses.enumerated() {
            var own: [Key] = []
            for condition in clause.conditions {
                if architecture.hasWideArguments { own.append(Self.key(condition, shift: 32)) }
                own.append(Self.key(condition, shift: 0))
            }
            keys.append(own)
            var ranks = [Int](repeating: index, count: own.count)
            for other in 0..<index {
                for (depth, key) in own.enumerated() where ranks[depth] == index {
                    guard depth < keys[other].count, keys[other][depth] == key else { break }
                    ranks[depth] = other
                }
            }
            self.ranks.append(ranks)
        }
    }

    private static func key(_ condition: Condition, shift: UInt64) -> Key {
        let exactness =
            switch condition.op {
            case .equal, .notEqual, .maskedEqual: 3
            case .lessThan, .lessOrEqual: 2
            case .greaterThan, .greaterOrEqual: 1
            }
        return Key(
            argument: condition.argument, exactness: exactness,
            datum: UInt32(truncatingIfNeeded: condition.datum >> shift), isMasked: condition.op == .maskedEqual,
            mask: UInt32(truncatingIfNeeded: condition.mask >> shift))
    }

    /// Whether the clause `first` is asked before `second`.
    func precedes(_ first: Int, _ second: Int) -> Bool {
        for depth in 0..<min(keys[first].count, keys[second].count) {
            let mine = keys[first][depth], others = keys[second][depth]
            if mine.argument != others.argument { return mine.argument > others.argument }
            if mine.exactness != others.exactness { return mine.exactness > others.exactness }
            if mine.datum != others.datum { return (mine.datum > others.datum) != (mine.exactness == 2) }
            if ranks[first][depth] != ranks[second][depth] { return ranks[first][depth] < ranks[second][depth] }
        }
        if keys[first].count != keys[second].count { return keys[first].count < keys[second].count }
        return first < second
    }
}
