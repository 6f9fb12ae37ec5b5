import Testing

@testable import ContainerInit
@testable import ContainerPlan
@testable import ContainerRuntime
@testable import ContainerSteps

/// The runtime takes from its child only what the plan has the child say.
struct HeardMessagesTests {
    private func steps(_ steps: any ChildStep...) -> [Planned<any ChildStep>] {
        steps.map { Planned($0, Origin(.rule)) }
    }

    @Test func whatIsPlannedIsHeardOnce() {
        var heard = HeardMessages()
        let steps = steps(MeetStep { $0.point = .identity }, TerminalStep(), SeccompStep { $0.listens = true })
        for message in [Message.meeting(.identity), .terminal, .seccompListener, .mapIDs(.mountSource(1))] {
            let answers = [heard.expect(message, from: steps), heard.expect(message, from: steps)]
            #expect(answers == [true, false])
        }
        let isOther = heard.expect(.mapIDs(.mountSource(2)), from: steps)
        #expect(isOther)
    }

    @Test func whatIsNotPlannedIsRefused() {
        var heard = HeardMessages()
        let steps = steps(SeccompStep(), MeetStep { $0.point = .hooks })
        for message in [
            Message.meeting(.identity), .terminal, .seccompListener, .proceed, .forked, .ready,
        ] {
            let isHeard = heard.expect(message, from: steps)
            #expect(!isHeard)
        }
    }

    @Test func thereIsAnEndOfWarnings() {
        var heard = HeardMessages()
        let count = (0..<10_000).prefix { _ in heard.expect(.warning("again"), from: []) }.count
        #expect(count > 0 && count < 1000)
    }
}
