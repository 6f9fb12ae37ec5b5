/// One thing that a host can or cannot do for containers.
public struct HostFinding: Equatable, Sendable {
    /// How much it matters.
    public enum Level: String, Sendable {
        /// It is as it should be.
        case good
        /// Something that can be done without; most hosts lack some of them.
        case note
        /// Something that many containers or engines rely on.
        case warning
        /// No container runs like this.
        case failure
    }

    /// What it is about, for programs: a word for the subject and one for the matter, such as `cgroups.controllers`.
    public let identifier: String
    /// How much it matters.
    public let level: Level
    /// What was found.
    public let text: String
    /// What does not work because of it; empty for what is good.
    public let cost: String
    /// The command, or the advice, that mends it; empty where nothing has to be or can be done.
    public let remedy: String

    package init(_ identifier: String, _ level: Level, _ text: String, cost: String = "", remedy: String = "") {
        self.identifier = identifier
        self.level = level
        self.text = text
        self.cost = cost
        self.remedy = remedy
    }

    static func good(_ identifier: String, _ text: String) -> HostFinding { HostFinding(identifier, .good, text) }
}
