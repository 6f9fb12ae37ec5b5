import Containers

@main struct Hello {
    static func main() async throws {
        InitProgram.runIfAsked()
    }
}
