import Linux
import Testing

@testable import Containers

/// The runtime takes from its child only what the plan has the child say.
struct HeardMessagesTests {
    private func steps(_ operations: ChildOperation...) -> [ChildStep] {
        operations.map { ChildStep($0, Origin(.rule)) }
    }

    @Test func whatIsPlannedIsHeardOnce() {
        var heard = HeardMessages()
        let steps = steps(
            .meet(.identity), .openTerminal(TerminalStep(height: 0, width: 0, user: 0, isConsole: false)),
            .loadSeccomp(SeccompStep(words: [], listens: true)))
        for message in [Message.meeting(.identity), .terminal, .seccompListener, .mapIDs(.mountSource(1))] {
            let answers = [heard.expect(message, from: steps), heard.expect(message, from: steps)]
            #expect(answers == [true, false])
        }
        let isOther = heard.expect(.mapIDs(.mountSource(2)), from: steps)
        #expect(isOther)
    }

    @Test func whatIsNotPlannedIsRefused() {
        var heard = HeardMessages()
        let steps = steps(.loadSeccomp(SeccompStep(words: [], listens: false)), .meet(.hooks))
        for message in [Message.meeting(.identity), .terminal, .seccompListener, .proceed] {
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
