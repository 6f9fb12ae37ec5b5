import ByteStrings
import ContainerInit
import LinuxKernel
import RuntimeSpec

/// Runs hooks of the runtime's side. See config.md, "POSIX-platform Hooks".
package struct HooksStep: ParentStep {
    package static let name: StaticString = "run-hooks"

    package var kind = HookKind.createRuntime
    package var hooks: [HookCommand] = []
    package var state = HookState()
    /// Where their output goes.
    package var files = HookFiles()

    package init() {}

    package init(_ kind: HookKind, _ hooks: [Hook], _ state: HookState, _ files: HookFiles) {
        self.files = files
        self.kind = kind
        self.hooks = hooks.map { HookCommand($0) }
        self.state = state
    }

    package mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) throws(Visitor.Failure) {
        try visitor.field("kind", &kind)
        try visitor.field("hooks", &hooks)
        try visitor.field("state", &state, .hidden)
        try visitor.field("files", &files)
    }

    package var detail: String { kind.description(of: hooks) }

    package var context: StaticString { "unable to start container process: error during container init: " }

    package func perform(in making: Making) throws(ContainerError) {
        try run(pid: making.conversation.childPID, report: making.report)
    }

    /// Runs the hooks in the bundle's directory.
    ///
    /// A hook of the container's end that fails is a warning, and the others run all the same. See runtime.md,
    /// "Lifecycle", step 13.
    package func run(pid: Int32?, report: WarningReport) throws(ContainerError) {
        let directory = try openBundle()
        let files = try files.open()
        let runner = HookRunner(state: state.document(pid: pid), directory: directory, sinks: files.sinks())
        if kind == .poststop {
            runner.runAll(hooks, kind: kind, report: report)
        } else {
            try runner.run(hooks, kind: kind)
        }
    }

    /// The bundle; the root for hooks of the end where the bundle has gone before the container.
    private func openBundle() throws(ContainerError) -> SharedDescriptor {
        try attempt("open", state.bundle) { () throws(Errno) in
            do throws(Errno) {
                return SharedDescriptor(try FileDescriptor.open(state.bundle, [.path, .directory]))
            } catch .noSuchFileOrDirectory where kind == .poststop {
                return SharedDescriptor(try FileDescriptor.open("/", [.path, .directory]))
            }
        }
    }
}
