import ByteStrings
import ContainerInit
import ContainerRuntime
import LinuxKernel
import Testing

/// The times of a child come from where a container may have got hold of it.
@Suite struct TimelineTests {
    private static let plan: ChildPlan = {
        var plan = ChildPlan()
        plan.steps = [Planned(SessionStep(), Origin(.rule)), Planned(HideStep(), Origin(.rule))]
        return plan
    }()

    /// What a time line makes of the words in the memory that the child got.
    private func events(of words: [UInt64]) throws -> [Timeline.Event] {
        let timeline = Timeline("test", phase: "create")
        let slots = Slots()
        try timeline.watch(Self.plan, slots)
        let memory = try #require(slots.number(of: .times))
        var bytes: [UInt8] = []
        for word in words { withUnsafeBytes(of: word) { bytes += $0 } }
        try memory.lend { (memory) throws(Errno) in try memory.write(bytes, skipping: 0) }
        timeline.end()
        return timeline.events.filter { $0.lane == .initProcess }
    }

    @Test func noSamples() throws {
        let events = try events(of: [0, 0])
        #expect(events.map(\.name) == ["start-init"])
        #expect(events.first?.isOpen == true)
    }

    @Test func moreSamplesThanSteps() throws {
        let events = try events(of: [.max, 0] + [UInt64](repeating: .max, count: 18))
        #expect(events.map(\.name) == ["start-init", "new-session", "hide"])
    }

    @Test func timesThatGoBack() throws {
        let now = monotonicNanoseconds()
        let samples = [now + 1000, 0, 9, 9, 9, 9, 5, .max, 1, 1, 1, 1, .max, 0, 0, 0, 0, 0]
        let events = try events(of: [3, 1] + samples)
        for (event, next) in zip(events, events.dropFirst()) {
            #expect(event.begin + event.duration <= next.begin)
            #expect(event.duration < 60_000_000_000)
            #expect(event.systemCalls <= 9)
        }
        _ = Timeline("test", phase: "create")
    }

    @Test func aChildThatIsBornTwiceHasOneLane() throws {
        let timeline = Timeline("test", phase: "create")
        let slots = Slots()
        try timeline.watch(Self.plan, slots)
        try timeline.watch(Self.plan, slots)
        timeline.end()
        #expect(slots.count(of: .times) == 1)
        #expect(timeline.events.filter { $0.lane == .initProcess }.count == 1)
    }
}
