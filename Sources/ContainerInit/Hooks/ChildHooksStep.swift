import ByteStrings
import LinuxKernel
import RuntimeSpec

/// Runs the hooks that start in the container's namespaces. See config.md, "POSIX-platform Hooks".
package struct ChildHooksStep: ChildStep {
    package static let name: StaticString = "run-hooks"

    package var kind = HookKind.createContainer
    package var hooks: [HookCommand] = []
    package var state = HookState()

    package init() {}

    package mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) throws(Visitor.Failure) {
        try visitor.field("kind", &kind)
        try visitor.field("hooks", &hooks)
        try visitor.field("state", &state, .hidden)
    }

    package var detail: String { kind.description(of: hooks) }

    /// Before the change of root hooks start in the container's root, seen from outside; afterwards in the program's
    /// working directory.
    package func perform(in process: InitProcess) throws(ContainerError) {
        var directory: SharedDescriptor?
        if kind == .createContainer {
            let setup = try process.rootfsSetup()
            setup.restoreMask()
            directory = setup.root
        }
        var hooks = hooks
        if kind == .startContainer {
            for index in hooks.indices where hooks[index].inheritsEnvironment {
                hooks[index].environment = process.values.environment
            }
        }
        let runner = HookRunner(
            state: state.document(pid: processIdentifier), directory: directory, sinks: process.hookSinks())
        try runner.run(hooks, kind: kind)
    }
}
