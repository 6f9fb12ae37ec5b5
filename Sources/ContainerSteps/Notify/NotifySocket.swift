import ByteStrings
import ContainerInit
import LinuxKernel
import RuntimeSpec

/// The socket on which a container's program says that it is ready, and the way from there to the caller's service
/// manager. See sd_notify(3).
package struct NotifySocket: ~Copyable {
    /// Where the container finds the socket.
    package static let containerDirectory: Path = "/run/notify"
    package static let name: Path = "notify.sock"
    /// The directory of the socket in the state directory, which is bound into the container.
    package static let directoryName: Path = "notify"

    /// What can be waited on.
    package let socket: FileDescriptor
    /// The socket of the caller's service manager.
    private let target: Path

    /// How long the service manager may take to confirm, in milliseconds.
    private static let patience: Int32 = 30_000

    /// The mount that shows the directory to the container, read-only.
    package static func mount(of stateDirectory: Path) -> Mount {
        Mount(
            destination: containerDirectory, type: "bind", source: stateDirectory.appending(directoryName),
            options: ["bind", "nosuid", "noexec", "nodev", "ro"])
    }

    /// Makes the socket in the state directory of a container.
    package init(in directory: borrowing StateDirectory, target: Path) throws(ContainerError) {
        self.target = target
        socket = try attempt("bind", directory.path.appending("notify/notify.sock")) { () throws(Errno) in
            let inner = try FileDescriptor.open(
                Self.directoryName, at: directory.descriptor, [.path, .directory, .noFollow])
            let socket = try makeDatagramSocket()
            // By the descriptor: a path of a socket may have 107 bytes only.
            try socket.bindSocket(to: inner.procPath.appending(Self.name))
            try setPermissions(0o777, of: Self.name, at: inner)
            return socket
        }
    }

    /// Waits until the program is ready or its process has ended, and passes the word on.
    ///
    /// - Parameter main: the process that the service manager is to watch.
    package func waitAndForward(_ process: borrowing ProcessHandle, main: Int32) throws(ContainerError) {
        do throws(Errno) {
            while true {
                var watched = PollSet()
                watched.add(socket)
                watched.add(process)
                _ = try watched.wait(milliseconds: -1)
                if watched.isReady(socket), try forwardIfReady(main: main, waits: true) { return }
                if watched.hasEnded(process) { return }
            }
        } catch {
            throw ContainerError(operation: "notify", subject: target, errno: error)
        }
    }

    /// Takes what the program sent; true when it was ready and the word was passed on.
    ///
    /// - Parameter waits: whether the manager's confirmation is waited for, which a sender that ends at once needs.
    package func forwardIfReady(main: Int32, waits: Bool) throws(Errno) -> Bool {
        guard Self.saysReady(try socket.read(count: 4096)) else { return false }
        try announce(main: main, waits: waits)
        return true
    }

    /// Tells the service manager that the program is ready.
    package func announce(main: Int32, waits: Bool) throws(Errno) {
        let outgoing = try makeDatagramSocket()
        try outgoing.connectSocket(to: target)
        // Words of our own: nothing of the container's text reaches the service manager.
        try outgoing.send(Array("READY=1\n".utf8))
        try outgoing.send(Array("MAINPID=\(main)\n".utf8))
        // The manager closes its end of the pipe when it has seen the messages before.
        let pipe = try FileDescriptor.pipe()
        try outgoing.send(Array("BARRIER=1".utf8), with: pipe.write)
        guard waits else { return }
        let reader = pipe.takeRead()
        _ = try reader.poll(events: PollSet.input, milliseconds: Self.patience)
    }

    /// Whether one line of a message is `READY=1`. See sd_notify(3).
    package static func saysReady(_ message: [UInt8]) -> Bool {
        message.split(separator: UInt8(ascii: "\n")).contains { line in
            // Some programs end their lines as on other systems.
            let word = line.last == UInt8(ascii: "\r") ? line.dropLast() : line
            return word.elementsEqual("READY=1".utf8)
        }
    }
}
