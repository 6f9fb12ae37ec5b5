import ByteStrings

/// The six kinds of hooks. See config.md, "POSIX-platform Hooks".
package enum HookKind: UInt8, FieldCode, CaseIterable {
    case prestart, createRuntime, createContainer, startContainer, poststart, poststop

    /// The property of config.json that lists the hooks of this kind.
    package var property: Origin.Property {
        switch self {
        case .prestart: .prestart
        case .createRuntime: .createRuntime
        case .createContainer: .createContainer
        case .startContainer: .startContainer
        case .poststart: .poststart
        case .poststop: .poststop
        }
    }

    /// Whether the hooks run in the runtime's own namespaces, as its children.
    package var isOnHost: Bool {
        switch self {
        case .prestart, .createRuntime, .poststart, .poststop: true
        case .createContainer, .startContainer: false
        }
    }

    /// The name in config.json and in messages.
    package var name: StaticString {
        switch self {
        case .prestart: "prestart"
        case .createRuntime: "createRuntime"
        case .createContainer: "createContainer"
        case .startContainer: "startContainer"
        case .poststart: "poststart"
        case .poststop: "poststop"
        }
    }

    package var shown: String { name.description }

    /// The hooks of this kind in words.
    package func description(of hooks: [HookCommand]) -> String {
        name.description + ": " + hooks.map(\.path.text).joined(separator: ", ")
    }
}
