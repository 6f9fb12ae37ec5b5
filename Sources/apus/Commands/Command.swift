/// A command as data: what parsing, help texts, completions, manual pages and the dispatcher need.
struct Command: Sendable {
    /// The word on the command line.
    let name: StaticString
    /// One line for the list of commands.
    let summary: StaticString
    /// The arguments behind the flags, as the usage line shows them.
    let synopsis: StaticString
    /// What the help says below the usage line.
    let description: StaticString
    /// How many positional arguments it takes.
    let arguments: ArgumentCount
    /// Where its flags may stand.
    let rule: PositionalRule
    /// Its own flags, without the global ones.
    let flags: [Flag]
    /// What its first argument is, or the one behind its action, for completion.
    let subject: Subject
    /// The words that its first argument may be; then a container and a file follow. Empty for a command that does one
    /// thing.
    let actions: [StaticString]
    /// Whether its second argument is a signal.
    let takesSignal: Bool
    /// Does the work and gives the exit status.
    let run: @Sendable (borrowing Invocation) throws(CommandError) -> Int32

    init(
        _ name: StaticString, summary: StaticString, synopsis: StaticString = "", description: StaticString,
        arguments: ArgumentCount, rule: PositionalRule = .interspersed, flags: [Flag] = [], subject: Subject = .none,
        actions: [StaticString] = [], takesSignal: Bool = false,
        run: @escaping @Sendable (borrowing Invocation) throws(CommandError) -> Int32
    ) {
        self.name = name
        self.summary = summary
        self.synopsis = synopsis
        self.description = description
        self.arguments = arguments
        self.rule = rule
        self.flags = flags
        self.subject = subject
        self.actions = actions
        self.takesSignal = takesSignal
        self.run = run
    }

    /// What the first argument of a command is.
    enum Subject: Sendable {
        case none
        /// The id of a container that is to be made.
        case newContainer
        /// The id of a container that there is.
        case container
    }
}

/// How many positional arguments a command takes.
struct ArgumentCount: Sendable {
    let minimum: Int
    let maximum: Int?

    static let none = ArgumentCount(minimum: 0, maximum: 0)
    static func exactly(_ count: Int) -> ArgumentCount { ArgumentCount(minimum: count, maximum: count) }
    static func atLeast(_ count: Int) -> ArgumentCount { ArgumentCount(minimum: count, maximum: nil) }
    static func between(_ minimum: Int, _ maximum: Int) -> ArgumentCount {
        ArgumentCount(minimum: minimum, maximum: maximum)
    }

    /// What is wrong with `count` arguments; nil when nothing is.
    func complaint(about count: Int) -> String? {
        if minimum == maximum, count != minimum { return "requires exactly " + String(minimum) + " argument(s)" }
        if count < minimum { return "requires a minimum of " + String(minimum) + " argument(s)" }
        if let maximum, count > maximum { return "requires a maximum of " + String(maximum) + " argument(s)" }
        return nil
    }
}

extension Command {
    /// All commands that help texts list, in alphabetical order.
    static var all: [Command] {
        [
            .checkpoint, .create, .delete, .doctor, .events, .exec, .explain, .features, .kill, .list, .mounts, .pause,
            .ps,
            .restore, .resume, .run, .spec, .start, .state, .update, .wait,
        ]
    }

    /// The command with this name, hidden ones too. Builds only that one.
    static func named(_ name: String) -> Command? {
        switch name {
        case "checkpoint": .checkpoint
        case "create": .create
        case "delete": .delete
        case "doctor": .doctor
        case "events": .events
        case "exec": .exec
        case "explain": .explain
        case "features": .features
        case "generate": .generate
        case "kill": .kill
        case "list": .list
        case "mounts": .mounts
        case "pause": .pause
        case "ps": .ps
        case "restore": .restore
        case "resume": .resume
        case "run": .run
        case "spec": .spec
        case "start": .start
        case "state": .state
        case "update": .update
        case "wait": .wait
        default: nil
        }
    }
}
