import RuntimeSpec

/// What happens to the numbers of all architectures, in sections: one for each value of the architecture that the kernel
/// can report, the native one first.
///
/// The sections lie one behind the other in a few arrays of numbers. An array of a type of its own would cost a process,
/// which compiles one filter, the type's metadata.
struct SectionTable: Sendable {
    /// The native architecture, and then those of the profile.
    let architectures: [SeccompArchitecture]
    /// For each section, the first of its architectures; x32 shares a section with x86_64 if both are there.
    private(set) var places: [Int] = []
    /// For each section, the end of its ranges.
    private var ends: [Int] = []
    /// Two numbers for each range: from which number on its target holds, a verdict or a decision, and this target. The
    /// first range of a section starts at 0.
    private var numbers: [UInt32] = []
    /// Where the numbers of the last section start.
    private var start = 0
    /// The clauses of all decisions, in the order they are asked.
    private(set) var clauses: [Clause] = []
    /// For each decision, the end of its clauses, and the place of the architecture whose arguments they look at.
    private var clauseEnds: [Int] = []
    /// For each section, the end of its decisions.
    private var decisionEnds: [Int] = []
    private var clausePlaces: [Int] = []

    init(architectures: [SeccompArchitecture]) {
        self.architectures = architectures
        numbers.reserveCapacity(256 * architectures.count)
    }

    /// The ranges of a section.
    func ranges(of section: Int) -> Range<Int> { (section == 0 ? 0 : ends[section - 1])..<ends[section] }

    func start(ofRange range: Int) -> UInt32 { numbers[2 * range] }

    func target(ofRange range: Int) -> Target { Target(rawValue: numbers[2 * range + 1]) }

    /// The architectures of a section.
    func architectures(of section: Int) -> [SeccompArchitecture] {
        let first = architectures[places[section]]
        return first == .x86_64 && architectures.contains(.x32) ? [first, .x32] : [first]
    }

    /// The decisions of a section.
    func decisions(of section: Int) -> Range<Int> {
        (section == 0 ? 0 : decisionEnds[section - 1])..<decisionEnds[section]
    }

    var decisionCount: Int { clauseEnds.count }

    /// The clauses of a decision.
    func clauses(of decision: Int) -> Range<Int> {
        (decision == 0 ? 0 : clauseEnds[decision - 1])..<clauseEnds[decision]
    }

    func architecture(of decision: Int) -> SeccompArchitecture { architectures[clausePlaces[decision]] }

    /// Begins a section. Ranges and decisions follow, and then its end.
    mutating func beginSection(at place: Int) {
        places.append(place)
        start = numbers.count
    }

    /// Adds a range; one that starts where the last one does takes its place.
    mutating func append(_ first: UInt32, _ target: Target) {
        var count = numbers.count
        if count > start, numbers[count - 2] == first {
            numbers.removeLast(2)
            count -= 2
        }
        guard count == start || numbers[count - 1] != target.rawValue else { return }
        numbers.append(first)
        numbers.append(target.rawValue)
    }

    /// Gives number 0 of the section a target of its own.
    mutating func replaceFirst(by target: Target) {
        let first = numbers[start + 1]
        numbers[start + 1] = target.rawValue
        if numbers.count == start + 2 || numbers[start + 2] > 1 {
            numbers.insert(contentsOf: [1, first], at: start + 2)
        }
    }

    mutating func endSection() {
        ends.append(numbers.count / 2)
        decisionEnds.append(clauseEnds.count)
    }

    /// Adds a decision, and returns its number.
    mutating func appendDecision(_ clauses: [Clause], at place: Int) -> Int {
        self.clauses.append(contentsOf: clauses)
        clauseEnds.append(self.clauses.count)
        clausePlaces.append(place)
        return clauseEnds.count - 1
    }
}
