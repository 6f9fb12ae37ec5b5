import LinuxKernel

/// A connection to a D-Bus server, for calls one after another.
///
/// Blocking, with a moment by which all must be done: a manager that does not answer ends a command, it does not hang it.
struct BusConnection: ~Copyable {
    private let socket: FileDescriptor
    private let address: BusAddress
    /// By when all must be done.
    var deadline: Deadline
    private var input: [UInt8] = []
    private var serial: UInt32 = 0
    /// Signals that came while an answer was waited for, of the kind that is waited for later.
    private var signals: [BusMessage] = []
    /// The one kind of signal that counts.
    private let awaited: String
    /// The bus's name of who has answered last, of whom alone a signal counts.
    private var peer = ""

    /// Whether a bus is on the other side, and not the manager alone.
    let hasBus: Bool

    private init(_ address: BusAddress, _ deadline: Deadline, awaiting signal: String) throws(BusError) {
        self.address = address
        self.deadline = deadline
        awaited = signal
        hasBus = address.hasBus
        do throws(Errno) {
            socket = try connectStream(to: address.path)
        } catch {
            throw BusError(errno: error, reason: "connect " + address.path.text)
        }
    }

    /// Connects and says who is calling.
    ///
    /// - Parameter signal: the member of the signals that are waited for; all others are forgotten at once.
    static func open(
        _ address: BusAddress, _ deadline: Deadline, awaiting signal: String
    ) throws(BusError) -> BusConnection {
        var connection = try BusConnection(address, deadline, awaiting: signal)
        // Without a name: the server takes the caller's from the socket, which is right in a user namespace, too.
        try connection.send(Array("\0AUTH EXTERNAL\r\nDATA\r\nBEGIN\r\n".utf8))
        let challenge = try connection.line()
        let answer = try connection.line()
        guard challenge.hasPrefix("DATA"), answer.hasPrefix("OK ") else {
            throw BusError(reason: "D-Bus refused the authentication at " + address.path.text + ": " + answer)
        }
        if address.hasBus {
            _ = try connection.call(.call("Hello", of: bus, at: "/org/freedesktop/DBus", destination: bus))
        }
        return connection
    }

    private static let bus = "org.freedesktop.DBus"

    /// Asks the bus for the signals that fit `rule`.
    mutating func match(_ rule: String) throws(BusError) {
        _ = try call(
            .call("AddMatch", of: Self.bus, at: "/org/freedesktop/DBus", destination: Self.bus, [.string(rule)]))
    }

    /// Calls a method and waits for its answer.
    mutating func call(_ message: BusMessage) throws(BusError) -> [BusValue] {
        serial += 1
        let number = serial
        try send(message.encoded(serial: number))
        while true {
            let answer = try receive()
            switch answer.kind {
            case .reply where answer.replySerial == number:
                peer = answer.sender
                return answer.body
            case .error where answer.replySerial == number:
                throw BusError(name: answer.errorName, reason: answer.body.first?.text ?? "no reason is given")
            case .signal: keep(answer)
            case .call, .reply, .error: break
            }
        }
    }

    /// Waits for a signal of the kind that the connection is for.
    mutating func awaitSignal(where fits: ([BusValue]) -> Bool) throws(BusError) -> [BusValue] {
        while true {
            while !signals.isEmpty {
                let signal = signals.removeFirst()
                if fits(signal.body) { return signal.body }
            }
            let message = try receive()
            if message.kind == .signal { keep(message) }
        }
    }

    /// How many signals are kept at most: more jobs than end while an answer is waited for.
    static let mostSignals = 4096

    /// Keeps a signal that may be waited for. Anybody on a bus can send signals to a name, in any number.
    private mutating func keep(_ signal: BusMessage) {
        guard signal.member == awaited, signals.count < Self.mostSignals else { return }
        guard peer.isEmpty || signal.sender.isEmpty || signal.sender == peer else { return }
        signals.append(signal)
    }

    // MARK: - Bytes

    private func send(_ bytes: [UInt8]) throws(BusError) {
        do throws(Errno) {
            try socket.send(bytes)
        } catch {
            throw BusError(errno: error, reason: "write to D-Bus")
        }
    }

    private mutating func receive() throws(BusError) -> BusMessage {
        while true {
            while input.count < 16 { try fill() }
            let length = try BusMessage.length(of: input[0..<16])
            while input.count < length { try fill() }
            let message = try BusMessage(decoding: input[0..<length])
            input.removeFirst(length)
            if let message { return message }
        }
    }

    /// A line of the authentication, without its end.
    private mutating func line() throws(BusError) -> String {
        while true {
            if let end = input.firstIndex(of: UInt8(ascii: "\n")) {
                let text = ByteString(bytes: input[0..<end].filter { $0 != UInt8(ascii: "\r") }).text
                input.removeFirst(end + 1)
                return text
            }
            guard input.count < 4096 else { throw BusError(reason: "D-Bus sent no line in its authentication") }
            try fill()
        }
    }

    /// Waits for bytes.
    private mutating func fill() throws(BusError) {
        do throws(Errno) {
            // One who sends without end but not the answer is one who does not answer.
            guard !deadline.isOver else { throw .timedOut }
            var set = PollSet()
            set.add(socket)
            guard try set.wait(milliseconds: deadline.milliseconds) > 0 else { throw .timedOut }
            let bytes = try socket.read(count: 65536)
            guard !bytes.isEmpty else { throw .brokenPipe }
            input += bytes
        } catch {
            if error == .timedOut { throw silence }
            throw BusError(errno: error, reason: "read from D-Bus")
        }
    }

    private var silence: BusError {
        BusError(
            errno: .timedOut,
            reason: (peer.isEmpty && address.hasBus ? "the bus" : "systemd") + " does not answer at "
                + address.path.text,
            remedy: "see whether systemctl answers, and what the journal says; nothing needs systemd without "
                + "--systemd-cgroup")
    }
}
