import Containers

@main struct Hello {
    static func main() async throws {
        InitProgram.runIfAsked()
        let store = ContainerStore(root: "/run/hello")
        let spec = Spec.running(["sed", "s/^/> /"], in: "/srv/rootfs")
        let outcome = try await store.run(.configuration(spec)) { process in
            try await process.standardInput.write("one\ntwo\n")
            process.standardInput.finish()
            for try await line in process.standardOutput.lines() { print(line.text) }
        }
        print(outcome.terminationStatus)
    }
}
