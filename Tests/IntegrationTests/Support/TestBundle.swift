import CIntegrationSupport
import Foundation
import Testing

/// A bundle with a root file system of busybox, and the container made from it.
///
/// `let bundle = try TestBundle(shell: "id") { $0.process.user.uid = 5 }` and `try bundle.run()` is a whole test. The
/// bundle has a state root and a cgroup of its own; all of it goes away when the test ends.
final class TestBundle {
    /// The directory that holds config.json.
    let path: String
    let id: String
    /// The state root, given to each command as `--root`.
    let stateRoot: String
    let view: HostView
    var rootfs: String { path + "/rootfs" }
    /// The container's cgroup below each hierarchy's root.
    var cgroup: String { TestRun.shared.cgroup + "/" + id }
    /// The log of all commands.
    var log: String { directory + "/log" }
    /// What the test expects to stay after `delete --force`; by default nothing may.
    var mayLeave = false
    private let directory: String

    /// Makes a bundle of the default configuration, changed by `change`.
    init(
        view: HostView = .host, id: String? = nil, stateRoot: String? = nil,
        _ change: (inout JSONValue) throws -> Void = { _ in }
    ) throws {
        let name = TestRun.shared.uniqueName()
        self.id = id ?? "c-" + name
        self.view = view
        directory = TestRun.shared.directory + "/b-" + name
        path = directory + "/bundle"
        self.stateRoot = stateRoot ?? directory + "/state"
        mkdir(directory, 0o755)
        mkdir(path, 0o755)
        CleanUp.current?.add(self)
        try Self.fill(rootfs)
        var configuration = try JSONValue.defaultConfiguration(hostname: "container")
        configuration.linux.cgroupsPath = .string(cgroup)
        if view.isRootless { configuration.makeRootless(user: view.user, ownNamespace: view != .engineUser) }
        try change(&configuration)
        try write(configuration)
        if view.isRootless { try Command.run("chown", "-R", "\(view.user)", directory).succeeded() }
    }

    /// Makes a bundle whose process is a shell with this script.
    convenience init(
        shell script: String, view: HostView = .host, _ change: (inout JSONValue) throws -> Void = { _ in }
    ) throws {
        try self.init(view: view) {
            $0.process.args = ["sh", "-c", .string(script)]
            try change(&$0)
        }
    }

    /// Replaces config.json.
    func write(_ configuration: JSONValue) throws { try write(text: configuration.description) }

    func write(text: String) throws {
        try text.write(toFile: path + "/config.json", atomically: false, encoding: .utf8)
    }

    /// Changes the configuration that is on disk.
    func change(_ change: (inout JSONValue) throws -> Void) throws {
        var configuration = try configuration()
        try change(&configuration)
        try write(configuration)
    }

    /// The configuration as it is on disk.
    func configuration() throws -> JSONValue {
        try JSONValue(parsing: String(contentsOfFile: path + "/config.json", encoding: .utf8))
    }

    /// Writes a file for the host side of the test, beside the bundle.
    @discardableResult
    func file(_ name: String, _ text: String = "", mode: mode_t = 0o644) throws -> String {
        let path = directory + "/" + name
        if mode & 0o111 != 0 {
            try Runtime.writeProgram(text, to: path, mode: mode)
        } else {
            try text.write(toFile: path, atomically: false, encoding: .utf8)
            chmod(path, mode)
        }
        return path
    }

    /// Makes a directory for the host side of the test, beside the bundle.
    func directory(_ name: String) -> String {
        let path = directory + "/" + name
        mkdir(path, 0o755)
        return path
    }

    // MARK: Commands of the runtime

    /// A command line of the runtime with this bundle's state root and log.
    func arguments(_ arguments: [String], global: [String]? = nil) -> [String] {
        view.prefix + [view.isRootless ? Runtime.sharedPath : Runtime.path]
            + (global ?? ["--root", stateRoot, "--log", log]) + arguments
    }

    /// Starts a command of the runtime without waiting for it.
    func launch(
        _ arguments: [String], global: [String]? = nil, environment: [String: String] = [:], directory: String? = nil,
        stdin: Command.Stream = .null, stdout: Command.Stream? = nil, stderr: Command.Stream? = nil,
        passing: [Int32] = []
    ) throws -> Command {
        try Command(
            self.arguments(arguments, global: global), environment: environment, directory: directory, stdin: stdin,
            stdout: stdout, stderr: stderr, passing: passing)
    }

    /// Runs a command of the runtime to its end.
    @discardableResult
    func apus(
        _ arguments: String..., global: [String]? = nil, environment: [String: String] = [:], directory: String? = nil,
        stdin: Command.Stream = .null, stdout: Command.Stream? = nil, passing: [Int32] = [], seconds: Int = 30,
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws -> Output {
        try launch(
            arguments, global: global, environment: environment, directory: directory, stdin: stdin, stdout: stdout,
            passing: passing
        ).wait(seconds: seconds, sourceLocation: sourceLocation)
    }

    /// `run` in the foreground.
    @discardableResult
    func run(
        _ options: String..., stdin: Command.Stream = .null, sourceLocation: SourceLocation = #_sourceLocation
    ) throws -> Output {
        try launch(["run", "--bundle", path] + options + [id], stdin: stdin).wait(sourceLocation: sourceLocation)
    }

    @discardableResult
    func create(_ options: String..., sourceLocation: SourceLocation = #_sourceLocation) throws -> Output {
        try launch(["create", "--bundle", path] + options + [id]).wait(sourceLocation: sourceLocation)
    }

    /// `create` whose container's output, and the function to read it.
    func createReading() throws -> () -> String {
        let command = try launch(["create", "--bundle", path, id])
        try command.wait().succeeded()
        return { command.partialOutput }
    }

    @discardableResult
    func start(sourceLocation: SourceLocation = #_sourceLocation) throws -> Output {
        try apus("start", id, sourceLocation: sourceLocation)
    }

    /// `exec` of a shell script.
    @discardableResult
    func exec(
        _ options: String..., shell script: String, stdin: Command.Stream = .null,
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws -> Output {
        try launch(["exec"] + options + [id, "sh", "-c", script], stdin: stdin).wait(sourceLocation: sourceLocation)
    }

    @discardableResult
    func kill(_ signal: String, sourceLocation: SourceLocation = #_sourceLocation) throws -> Output {
        try apus("kill", id, signal, sourceLocation: sourceLocation)
    }

    @discardableResult
    func delete(_ options: String..., sourceLocation: SourceLocation = #_sourceLocation) throws -> Output {
        try launch(["delete"] + options + [id]).wait(sourceLocation: sourceLocation)
    }

    /// Creates and starts the container, which then runs until it ends or is killed.
    func running(sourceLocation: SourceLocation = #_sourceLocation) throws -> Self {
        try create(sourceLocation: sourceLocation).succeeded(sourceLocation: sourceLocation)
        try start(sourceLocation: sourceLocation).succeeded(sourceLocation: sourceLocation)
        return self
    }

    /// The document that `state` prints.
    func state(sourceLocation: SourceLocation = #_sourceLocation) throws -> JSONValue {
        let output = try apus("state", id, sourceLocation: sourceLocation).succeeded(sourceLocation: sourceLocation)
        return try JSONValue(parsing: output.stdout)
    }

    var status: String { get throws { try state().status.text ?? "" } }

    /// The pid of the container's init.
    func pid(sourceLocation: SourceLocation = #_sourceLocation) throws -> pid_t {
        try #require(
            state(sourceLocation: sourceLocation).pid.integer.map { pid_t($0) }, sourceLocation: sourceLocation)
    }

    /// Waits until a container that another command makes is running.
    func waitUntilRunning(sourceLocation: SourceLocation = #_sourceLocation) {
        eventually("the container runs", sourceLocation: sourceLocation) {
            (try? apus("state", id))?.stdout.contains("\"status\": \"running\"") ?? false
        }
    }

    /// Waits until the container is stopped.
    func waitUntilStopped(sourceLocation: SourceLocation = #_sourceLocation) throws {
        try eventually("the container is stopped", sourceLocation: sourceLocation) { try status == "stopped" }
    }

    /// Freezes the container's cgroup from outside, as `pause` does.
    func freeze(sourceLocation: SourceLocation = #_sourceLocation) throws {
        let v1 = HostCgroups.directory(cgroup, controller: "freezer").flatMap { exists($0) ? $0 : nil }
        let directory = try #require(
            v1 ?? HostCgroups.directory(cgroup, controller: ""), sourceLocation: sourceLocation)
        let file = URL(fileURLWithPath: directory + (v1 != nil ? "/freezer.state" : "/cgroup.freeze"))
        if v1 == nil { try Data("1".utf8).write(to: file) }
        var attempts = 0
        try eventually("the cgroup is frozen", sourceLocation: sourceLocation) {
            guard v1 != nil else { return contents("\(directory)/cgroup.events")?.contains("frozen 1") ?? false }
            // A process that forks while it is being frozen keeps the state at FREEZING: let it go on, and try again.
            attempts += 1
            if attempts % 20 == 0 { try Data("THAWED".utf8).write(to: file) }
            try Data("FROZEN".utf8).write(to: file)
            return contents(file.path) == "FROZEN\n"
        }
    }

    /// Runs a container that prints its mounts.
    func mounts(sourceLocation: SourceLocation = #_sourceLocation) throws -> [Mountinfo] {
        try change { $0.process.args = ["cat", "/proc/self/mountinfo"] }
        return Mountinfo.parse(try run(sourceLocation: sourceLocation).succeeded(sourceLocation: sourceLocation).stdout)
    }

    /// Makes a directory beside the bundle with a tmpfs on its directory `sub`.
    func tree(_ name: String) throws -> String {
        let path = directory(name)
        mkdir(path + "/sub", 0o755)
        try #require(support_mount("tmpfs", path + "/sub", "tmpfs", 0, nil) == 0)
        return path
    }

    // MARK: What is left on the host

    /// The file of a cgroup controller, as text without the last newline.
    func cgroupFile(_ file: String, controller: String) -> String? {
        HostCgroups.directory(cgroup, controller: controller).flatMap { contents($0 + "/" + file) }?
            .trimmingCharacters(in: .newlines)
    }

    /// Checks that no trace of the container is on the host.
    func expectNothingLeft(sourceLocation: SourceLocation = #_sourceLocation) {
        #expect(HostCgroups.directories(cgroup) == [], "cgroups left", sourceLocation: sourceLocation)
        #expect(!exists(stateRoot + "/" + id), "state directory left", sourceLocation: sourceLocation)
        let mounts = Mountinfo.host().map(\.point).filter { $0.hasPrefix(path + "/") || $0.hasPrefix(stateRoot) }
        #expect(mounts == [], "mounts left", sourceLocation: sourceLocation)
    }

    // MARK: Clean-up

    /// Ends the container, and checks that `delete --force` removes every trace.
    func end() {
        guard exists(stateRoot + "/" + id) else { return }
        guard let output = try? apus("delete", "--force", id, seconds: 20) else { return }
        if !mayLeave {
            #expect(output.status == 0, "delete --force failed: \(output.stderr)")
            expectNothingLeft()
        }
    }

    func remove() {
        HostCgroups.remove(cgroup)
        unmountAll(below: directory)
        removeTree(directory)
    }

    /// Copies the template: by another process, for the reason of `Runtime.copyProgram`.
    private static func fill(_ root: String) throws {
        try Command.run("cp", "-a", template.get(), root).succeeded()
    }

    /// A root file system that nothing runs in.
    private static let template = Result {
        let root = TestRun.shared.directory + "/rootfs"
        try makeTemplate(root)
        return root
    }

    private static func makeTemplate(_ root: String) throws {
        for directory in [
            "", "/bin", "/etc", "/tmp", "/root", "/home", "/proc", "/sys", "/dev", "/mnt", "/var", "/run",
        ] {
            mkdir(root + directory, 0o755)
        }
        chmod(root + "/tmp", 0o1777)
        try FileManager.default.copyItem(atPath: Self.busybox, toPath: root + "/bin/busybox")
        for applet in applets where applet != "busybox" { symlink("busybox", root + "/bin/" + applet) }
        try "root:x:0:0:root:/root:/bin/sh\nuser:x:1000:1000::/home/user:/bin/sh\n".write(
            toFile: root + "/etc/passwd", atomically: false, encoding: .utf8)
        try "root:x:0:\nuser:x:1000:\ntty:x:5:\n".write(
            toFile: root + "/etc/group", atomically: false, encoding: .utf8)
    }

    private static let busybox =
        ["/bin/busybox", "/usr/bin/busybox", "/usr/lib/busybox/busybox"].first(where: exists)
        ?? "/bin/busybox"
    private static let applets: [String] = (try? Command.run(busybox, "--list"))?.lines ?? []
}

/// Runs a script in a container of the changed default configuration and gives what it printed.
func output(
    of script: String, view: HostView = .host, sourceLocation: SourceLocation = #_sourceLocation,
    _ change: (inout JSONValue) throws -> Void = { _ in }
) throws -> String {
    let bundle = try TestBundle(shell: script, view: view, change)
    let output = try bundle.run(sourceLocation: sourceLocation).succeeded(sourceLocation: sourceLocation)
    return output.stdout.trimmingCharacters(in: .newlines)
}
