import RuntimeSpec

extension Assembler {
    /// Writes what decides about a call by its arguments: the first of the clauses `range` that holds, else `otherwise`.
    mutating func decide(
        _ range: Range<Int>, of clauses: [Clause], on architecture: SeccompArchitecture, otherwise: Verdict
    ) -> Target {
        var next = Target(otherwise)
        var end = range.upperBound
        while end > range.lowerBound {
            let run = Self.equalRun(range.lowerBound..<end, of: clauses)
            if run.count > 1 {
                next = decideEqual(run, of: clauses, on: architecture, otherwise: next)
                end = run.lowerBound
            } else {
                end -= 1
                var target = Target(clauses[end].verdict)
                for condition in clauses[end].conditions.reversed() {
                    target = test(condition, on: architecture, target, else: next)
                }
                next = target
            }
        }
        return next
    }

    /// The longest run of clauses at the end of a range that each ask whether the same argument is equal to a value, with
    /// the same upper half: one load serves them all.
    private static func equalRun(_ range: Range<Int>, of clauses: [Clause]) -> Range<Int> {
        let end = range.upperBound
        var start = end
        while start > range.lowerBound {
            let conditions = clauses[start - 1].conditions
            guard conditions.count == 1, conditions[0].op == .equal else { break }
            if start < end {
                let last = clauses[end - 1].conditions[0]
                guard conditions[0].argument == last.argument, conditions[0].datum >> 32 == last.datum >> 32 else {
                    break
                }
            }
            start -= 1
        }
        return start..<end
    }

    private mutating func decideEqual(
        _ run: Range<Int>, of clauses: [Clause], on architecture: SeccompArchitecture, otherwise: Target
    ) -> Target {
        var next = otherwise
        for index in run.reversed() {
            let low = UInt32(truncatingIfNeeded: clauses[index].conditions[0].datum)
            next = branch(Instruction.jumpEqual, low, Target(clauses[index].verdict), else: next)
        }
        let condition = clauses[run.lowerBound].conditions[0]
        next = load(architecture.lowOffset(of: condition.argument), then: next)
        guard architecture.hasWideArguments else { return next }
        next = branch(Instruction.jumpEqual, UInt32(condition.datum >> 32), next, else: otherwise)
        return load(architecture.highOffset(of: condition.argument), then: next)
    }

    /// Writes one comparison.
    private mutating func test(
        _ condition: Condition, on architecture: SeccompArchitecture, _ holds: Target, else fails: Target
    ) -> Target {
        switch condition.op {
        case .equal, .maskedEqual: testEqual(condition, on: architecture, holds, else: fails)
        case .notEqual: testEqual(condition, on: architecture, fails, else: holds)
        case .greaterThan: testGreater(Instruction.jumpGreater, condition, on: architecture, holds, else: fails)
        case .greaterOrEqual:
            testGreater(Instruction.jumpGreaterOrEqual, condition, on: architecture, holds, else: fails)
        case .lessThan: testGreater(Instruction.jumpGreaterOrEqual, condition, on: architecture, fails, else: holds)
        case .lessOrEqual: testGreater(Instruction.jumpGreater, condition, on: architecture, fails, else: holds)
        }
    }

    private mutating func testEqual(
        _ condition: Condition, on architecture: SeccompArchitecture, _ holds: Target, else fails: Target
    ) -> Target {
        let lowMask = UInt32(truncatingIfNeeded: condition.mask), highMask = UInt32(condition.mask >> 32)
        var next = holds
        if lowMask != 0 {
            let low = UInt32(truncatingIfNeeded: condition.datum)
            let offset = architecture.lowOffset(of: condition.argument)
            next = testHalf(at: offset, lowMask, low, next, else: fails)
        }
        if highMask != 0 {
            let offset = architecture.highOffset(of: condition.argument)
            next = testHalf(at: offset, highMask, UInt32(condition.datum >> 32), next, else: fails)
        }
        return next
    }

    private mutating func testHalf(
        at offset: UInt32, _ bits: UInt32, _ datum: UInt32, _ holds: Target, else fails: Target
    ) -> Target {
        if holds == fails { return holds }
        if bits != .max, datum == 0 {
            return load(offset, then: branch(Instruction.jumpAnySet, bits, fails, else: holds))
        }
        var next = branch(Instruction.jumpEqual, datum, holds, else: fails)
        if bits != .max { next = mask(bits, then: next) }
        return load(offset, then: next)
    }

    /// Compares the low halves by `code` where the high ones are equal.
    private mutating func testGreater(
        _ code: UInt16, _ condition: Condition, on architecture: SeccompArchitecture, _ greater: Target,
        else less: Target
    ) -> Target {
        if greater == less { return greater }
        let low = UInt32(truncatingIfNeeded: condition.datum), high = UInt32(condition.datum >> 32)
        var next = branch(code, low, greater, else: less)
        next = load(architecture.lowOffset(of: condition.argument), then: next)
        guard architecture.hasWideArguments else { return next }
        // Nothing is below a high half of zero.
        next = branch(Instruction.jumpEqual, high, next, else: high == 0 ? greater : less)
        if high != 0 { next = branch(Instruction.jumpGreater, high, greater, else: next) }
        return load(architecture.highOffset(of: condition.argument), then: next)
    }
}

extension SeccompArchitecture {
    /// Where the low half of an argument lies in `struct seccomp_data`.
    fileprivate func lowOffset(of argument: UInt8) -> UInt32 { 16 + 8 * UInt32(argument) + (isBigEndian ? 4 : 0) }
    /// Where its high half does.
    fileprivate func highOffset(of argument: UInt8) -> UInt32 { 16 + 8 * UInt32(argument) + (isBigEndian ? 0 : 4) }
}
