import ByteStrings
import Testing

@testable import apus

@Suite struct ProcessTableTests {
    private static let output: ByteString = """
        UID        PID  PPID CMD
        root         1     0 init
        root        12     1 sleep 12
        root       120     1 [kworker]

        """

    @Test func keepsTheLinesOfTheContainer() throws {
        let table = try ProcessTable(Self.output)
        #expect(try table.lines(about: [12, 7]) == "UID        PID  PPID CMD\nroot        12     1 sleep 12\n")
        #expect(try table.lines(about: []) == "UID        PID  PPID CMD\n")
    }

    @Test func needsThePIDColumn() {
        for output: ByteString in ["", "USER COMMAND\n", "pid\n1\n"] {
            do throws(CommandError) {
                _ = try ProcessTable(output)
                Issue.record("accepted")
            } catch {
                #expect(error.message == "couldn't find PID field in ps output")
            }
        }
    }

    @Test func needsNumbersInIt() throws {
        let table = try ProcessTable("PID CMD\nx sleep\n")
        #expect(throws: CommandError.self) { try table.lines(about: [1]) }
    }
}
