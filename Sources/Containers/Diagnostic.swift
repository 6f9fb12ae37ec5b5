import ContainerInit

/// Something that the library tells besides results and errors.
public struct Diagnostic: Hashable, Sendable {
    /// How important it is.
    public struct Level: Hashable, Sendable, Comparable, CustomStringConvertible {
        private let rank: UInt8
        /// `trace` or `warning`.
        public let description: String

        private init(_ rank: UInt8, _ description: String) {
            self.rank = rank
            self.description = description
        }

        /// What helps to find a fault.
        public static let trace = Level(0, "trace")
        /// What the user should know; the operation goes on.
        public static let warning = Level(1, "warning")

        /// Whether `a` is less important than `b`.
        public static func < (a: Level, b: Level) -> Bool { a.rank < b.rank }
    }

    /// What is being done when it is told.
    public struct Operation: RawRepresentable, Hashable, Sendable {
        /// The name, such as `create`.
        public let rawValue: String
        /// Makes an operation of its name.
        public init(rawValue: String) { self.rawValue = rawValue }

        /// A container is made.
        public static let create = Operation(rawValue: "create")
        /// Its program is started.
        public static let start = Operation(rawValue: "start")
        /// A process is added.
        public static let exec = Operation(rawValue: "exec")
        /// Its limits are changed.
        public static let update = Operation(rawValue: "update")
        /// It gets a signal.
        public static let kill = Operation(rawValue: "kill")
        /// It is frozen.
        public static let pause = Operation(rawValue: "pause")
        /// It goes on after that.
        public static let resume = Operation(rawValue: "resume")
        /// Its end is waited for.
        public static let wait = Operation(rawValue: "wait")
        /// What it uses is read.
        public static let statistics = Operation(rawValue: "statistics")
        /// It is removed.
        public static let delete = Operation(rawValue: "delete")
        /// It is saved.
        public static let checkpoint = Operation(rawValue: "checkpoint")
        /// It is made from what was saved.
        public static let restore = Operation(rawValue: "restore")
        /// Its mounts are changed.
        public static let mounts = Operation(rawValue: "mounts")
    }

    /// How important it is.
    public let level: Level
    /// The id of the container that it is about.
    public let container: String
    /// What is being done.
    public let operation: Operation
    /// What there is to say, in one line.
    public let message: String
}

/// Takes diagnostics; called on threads of the library, so it must not wait for long.
public struct DiagnosticHandler: Sendable {
    let least: Diagnostic.Level
    let handle: @Sendable (Diagnostic) -> Void

    /// Makes a handler.
    ///
    /// - Parameters:
    ///   - least: what is less important is not even made.
    ///   - handle: takes the others.
    public init(from least: Diagnostic.Level = .warning, _ handle: @escaping @Sendable (Diagnostic) -> Void) {
        self.least = least
        self.handle = handle
    }

    /// Drops everything.
    public static let none = DiagnosticHandler { _ in }

    func report(_ container: String, _ operation: Diagnostic.Operation) -> WarningReport {
        { handle(Diagnostic(level: .warning, container: container, operation: operation, message: $0)) }
    }

    func trace(_ container: String, _ operation: Diagnostic.Operation) -> WarningReport? {
        guard least <= .trace else { return nil }
        return { handle(Diagnostic(level: .trace, container: container, operation: operation, message: $0)) }
    }
}
