import Foundation
import Testing

/// Commands at the same time.
@Suite(.containers, .requires(.root, .runtime))
struct ConcurrencyTests {
    @Test func manyContainersAtOnce() throws {
        let root = try TestBundle()
        let bundles = try (0..<20).map { _ in
            try TestBundle(stateRoot: root.stateRoot) { $0.process.args = ["sleep", "1000"] }
        }
        let creates = try bundles.map { try $0.launch(["create", "--bundle", $0.path, $0.id]) }
        for command in creates { try command.wait().succeeded() }
        #expect(try root.apus("list", "--quiet").lines.sorted() == bundles.map(\.id).sorted())
        let starts = try bundles.map { try $0.launch(["start", $0.id]) }
        for command in starts { try command.wait().succeeded() }
        let deletes = try bundles.map { try $0.launch(["delete", "--force", $0.id]) }
        for command in deletes { try command.wait().succeeded() }
        for bundle in bundles { bundle.expectNothingLeft() }
    }

    /// One wins, the others say that the id is taken, and the winner's container is whole.
    @Test func oneIdManyTimesAtOnce() throws {
        for _ in 0..<3 {
            let bundle = try TestBundle { $0.process.args = ["sleep", "1000"] }
            let commands = try (0..<6).map { _ in try bundle.launch(["create", "--bundle", bundle.path, bundle.id]) }
            let outputs = commands.map { $0.wait() }
            #expect(outputs.filter { $0.status == 0 }.count == 1)
            for output in outputs where output.status != 0 {
                output.failed("runc create failed: container with given ID already exists")
            }
            #expect(try bundle.status == "created")
            try bundle.start().succeeded()
            #expect(try bundle.status == "running")
        }
    }

    @Test func startOfOneContainerManyTimesAtOnce() throws {
        let bundle = try TestBundle(shell: "echo ran >>/tmp/marker; sleep 1000") { $0.root.readonly = false }
        try bundle.create().succeeded()
        let outputs = try (0..<5).map { _ in try bundle.launch(["start", bundle.id]) }.map { $0.wait() }
        #expect(outputs.filter { $0.status == 0 }.count == 1)
        eventually("the program ran") { contents(bundle.rootfs + "/tmp/marker") == "ran\n" }
    }

    @Test func deleteOfOneContainerManyTimesAtOnce() throws {
        let bundle = try TestBundle { $0.process.args = ["sleep", "1000"] }.running()
        let outputs = try (0..<5).map { _ in try bundle.launch(["delete", "--force", bundle.id]) }.map { $0.wait() }
        for output in outputs { #expect(output.status == 0, "\(output.stderr)") }
        bundle.expectNothingLeft()
    }

    @Test func deleteWhileExecsRun() throws {
        let bundle = try TestBundle { $0.process.args = ["sleep", "1000"] }.running()
        let execs = try (0..<6).map { _ in try bundle.launch(["exec", bundle.id, "sleep", "1000"]) }
        let delete = try bundle.launch(["delete", "--force", bundle.id])
        try delete.wait().succeeded()
        for exec in execs { #expect(exec.wait(seconds: 20).status != 0) }
        bundle.expectNothingLeft()
    }

    @Test func stateAndListWhileOthersComeAndGo() throws {
        let bundle = try TestBundle { $0.process.args = ["true"] }
        mkdir(bundle.stateRoot, 0o700)
        let others = try (0..<8).map { _ in
            try TestBundle(stateRoot: bundle.stateRoot) { $0.process.args = ["true"] }
        }
        let runs = try others.map { try $0.launch(["run", "--bundle", $0.path, $0.id]) }
        while runs.contains(where: \.isRunning) {
            try bundle.apus("list").succeeded()
            for other in others.prefix(2) {
                let state = try bundle.apus("state", other.id)
                #expect(state.status == 0 || state.error == "container does not exist")
            }
        }
        for run in runs { try run.wait().succeeded() }
    }

    /// What a running program's container costs does not stop others: exec in parallel gives each its own answer.
    @Test func execsAtOnce() throws {
        let bundle = try TestBundle { $0.process.args = ["sleep", "1000"] }.running()
        let commands = try (0..<10).map {
            try bundle.launch(["exec", bundle.id, "sh", "-c", "echo \($0); exit \($0)"])
        }
        for (number, command) in commands.enumerated() {
            let output = command.wait()
            #expect(output.status == number)
            #expect(output.stdout == "\(number)\n")
        }
    }
}
