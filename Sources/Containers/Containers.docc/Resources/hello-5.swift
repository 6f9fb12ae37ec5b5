import Containers

@main struct Hello {
    static func main() async throws {
        InitProgram.runIfAsked()
        let store = ContainerStore(root: "/run/hello")
        let spec = Spec.running(["sleep", "1000"], in: "/srv/rootfs")
        let container = try await store.create("hello", .configuration(spec), streams: .discarded)
        do {
            try await container.start()
            let process = try await container.exec(["ps"])
            print(try await process.standardOutput.collect().text)
            try await container.kill()
            print(try await container.wait().status)
        } catch {
            print(error)
        }
        try await container.delete(force: true)
    }
}
