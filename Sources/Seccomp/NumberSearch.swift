/// The search for the number of a call in one section.
struct NumberSearch {
    let table: SectionTable
    let ranges: Range<Int>
    /// The targets of the section's decisions, the first of which has this number.
    let firstDecision: Int
    let decisions: [UInt32]

    /// The first and the last range of each cell: ranges that one search leads to, equal ones and, between them, single
    /// numbers, which cost one comparison each instead of two.
    private let cells: [Int]

    init(table: SectionTable, ranges: Range<Int>, firstDecision: Int, decisions: [UInt32]) {
        self.table = table
        self.ranges = ranges
        self.firstDecision = firstDecision
        self.decisions = decisions
        cells = Self.cells(of: ranges, in: table)
    }

    private static func cells(of ranges: Range<Int>, in table: SectionTable) -> [Int] {
        func isSingle(_ range: Int) -> Bool {
            range + 1 < ranges.upperBound && table.start(ofRange: range + 1) - table.start(ofRange: range) == 1
                && table.target(ofRange: range + 1) == table.target(ofRange: range - 1)
        }
        var cells: [Int] = []
        cells.reserveCapacity(2 * ranges.count)
        var range = ranges.lowerBound
        while range < ranges.upperBound {
            let first = range
            while range - first < 6, isSingle(range + 1) { range += 2 }
            cells.append(first)
            cells.append(range)
            // The range behind the last single number begins the next cell, if that has single numbers too.
            if range == first || !isSingle(range + 1) { range += 1 }
        }
        return cells
    }

    /// Writes the search, and returns its start.
    func write(to assembler: inout Assembler) -> Target { write(0, cells.count / 2, to: &assembler) }

    /// Writes the search among the cells from `start` to `end`.
    private func write(_ start: Int, _ end: Int, to assembler: inout Assembler) -> Target {
        if end - start == 1 {
            let first = cells[2 * start], last = cells[2 * start + 1]
            var next = target(ofRange: first)
            var range = last - 1
            while range >= first {
                let other = target(ofRange: range)
                next = assembler.branch(Instruction.jumpEqual, table.start(ofRange: range), other, else: next)
                range -= 2
            }
            return next
        }
        let middle = start + (end - start) / 2
        let high = write(middle, end, to: &assembler)
        let low = write(start, middle, to: &assembler)
        let number = table.start(ofRange: cells[2 * middle])
        return assembler.branch(Instruction.jumpGreaterOrEqual, number, high, else: low)
    }

    private func target(ofRange range: Int) -> Target {
        let target = table.target(ofRange: range)
        guard let decision = target.place else { return target }
        return Target(rawValue: decisions[decision - firstDecision])
    }
}
