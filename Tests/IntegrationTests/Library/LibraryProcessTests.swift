import Foundation
import Testing

/// What the library does to the process that uses it, and what is left of its containers there and on the host: nothing.
@Suite(.containers, .requires(.root, .runtime), .timeLimit(.minutes(10)))
struct LibraryProcessTests {
    /// Descriptors, children, mounts, cgroups and files are counted before and after.
    @Test func manyTasksLeaveNothing() throws {
        let bundle = try TestBundle()
        let output = try probe(bundle, helper: Runtime.path, "tasks", "200", "20")
        #expect(output.stdout == "failed: 0 of 200\n", "\(output)")
    }

    /// A service of threads, with children and a handler for their ends of its own.
    @Test(arguments: [Runtime.path, "itself"]) func aServiceOnThreadsLosesNothing(helper: String) throws {
        let bundle = try TestBundle()
        let output = try probe(bundle, helper: helper, "threads", "200", "8")
        #expect(output.stdout == "failed: 0 of 200\n", "\(output)")
    }

    /// The status file of procfs, limits, namespaces, directories, environment, handlers and masks of signals, what prctl(2)
    /// tells; and a child that has ended keeps its status.
    @Test func theProcessStaysAsItIs() throws {
        let bundle = try TestBundle()
        let output = try probe(bundle, helper: Runtime.path, "effects")
        let expected = """
            inside: SigBlk:\t0000000000000000
            SigIgn:\t0000000000000000
            0077
            0 1 2 3 0

            deaf: exited with 0
            end: exited with 3
            mapped: exited with 0
            unreaped: 42

            """
        #expect(output.stdout == expected, "\(output)")
    }

    private func probe(_ bundle: TestBundle, helper: String, _ words: String...) throws -> Output {
        // Prepared where it is its own helper, so that the other way is tried as well.
        let environment = helper == "itself" ? [:] : ["UNPREPARED": "1"]
        return try LibraryProbe.run(bundle, helper: helper, words, environment: environment)
    }
}
