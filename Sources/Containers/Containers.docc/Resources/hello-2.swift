import Containers

@main struct Hello {
    static func main() async throws {
        InitProgram.runIfAsked()
        let store = ContainerStore(root: "/run/hello")
        let spec = Spec.running(["echo", "hello"], in: "/srv/rootfs")
        let result = try await store.run(.configuration(spec))
        print(result.terminationStatus, result.standardOutput.text)
    }
}
