import Containers

@main struct Hello {
    static func main() async throws {
        InitProgram.runIfAsked()
        let store = ContainerStore(root: "/run/hello")
        var spec = Spec.running(["echo", "hello"], in: "/srv/rootfs")
        spec.linux?.resources?.memory = MemoryResources(limit: 64 << 20)
        spec.linux?.resources?.pids = PidsResources(limit: 32)
        let result = try await store.run(.configuration(spec), timeLimit: .seconds(10))
        print(result.exceededTimeLimit ? "too slow" : result.standardOutput.text)
    }
}
