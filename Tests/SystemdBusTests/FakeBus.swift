import ByteStrings
import Foundation
import LinuxKernel
import Testing

@testable import SystemdBus

/// A bus with systemd's manager behind it, as a test wants them to be: a socket for one connection, served by a thread.
final class FakeBus: @unchecked Sendable {
    /// A call of a method as it came.
    struct Call: Sendable {
        let member: String
        let interface: String
        let path: String
        let serial: UInt32
        let body: [BusValue]
    }

    /// What the bus does next.
    enum Action: Sendable {
        case send([UInt8])
        /// Sends a byte at a time.
        case trickle([UInt8])
        /// Sends the bytes over and over, for as long as somebody takes them.
        case flood([UInt8])
        case close

        static func send(_ message: WireMessage) -> Action { .send(message.bytes()) }
    }

    /// What the bus does about a call; `earlier` are the calls before.
    typealias Answer = @Sendable (_ call: Call, _ earlier: [Call]) -> [Action]

    /// The authentication that a bus grants.
    static let granted: [Action] = [.send(Array("DATA\r\nOK 0123456789abcdef0123456789abcdef\r\n".utf8))]

    private let listener: Int32
    private let path: String
    private let greeting: [Action]
    private let answer: Answer
    private let lock = NSLock()
    private var calls: [Call] = []
    private let ended = DispatchSemaphore(value: 0)

    /// Runs `body` with the address of a bus, and gives the calls that came when the connection has ended.
    ///
    /// Hello and AddMatch are granted unless `answer` is to see them, too.
    @discardableResult
    static func run(
        hasBus: Bool = true, greeting: [Action] = granted, answersAll: Bool = false, answering answer: @escaping Answer,
        _ body: (BusAddress) throws -> Void
    ) throws -> [Call] {
        let bus = try FakeBus(greeting) { call, earlier in
            if !answersAll, call.member == "Hello" { return [.send(.reply(to: call.serial, [.string(":1.7")]))] }
            if !answersAll, call.member == "AddMatch" { return [.send(.reply(to: call.serial))] }
            return answer(call, earlier)
        }
        let thread = Thread { bus.serve() }
        thread.start()
        let result = Result { try body(BusAddress(path: Path(bus.path), hasBus: hasBus)) }
        // Nobody may have come, and then nobody will.
        shutdown(bus.listener, Int32(SHUT_RDWR))
        if bus.ended.wait(timeout: .now() + 60) != .success { Issue.record("the bus still serves somebody") }
        close(bus.listener)
        unlink(bus.path)
        try result.get()
        return bus.lock.withLock { bus.calls }
    }

    private init(_ greeting: [Action], _ answer: @escaping Answer) throws {
        path = "/tmp/apus-bus-" + String(UInt64.random(in: 0...UInt64.max), radix: 36)
        listener = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        self.greeting = greeting
        self.answer = answer
        try #require(listener >= 0)
        try Self.bind(listener, to: Path(path))
        try #require(listen(listener, 1) == 0)
    }

    /// Binds a socket, which stays the caller's.
    private static func bind(_ socket: Int32, to path: Path) throws(Errno) {
        try DescriptorNumber(rawValue: socket).lend { (socket) throws(Errno) in try socket.bindSocket(to: path) }
    }

    // MARK: The thread

    private func serve() {
        defer { ended.signal() }
        let number = accept(listener, nil, nil)
        guard number >= 0, fcntl(number, F_SETFD, FD_CLOEXEC) == 0 else { return }
        let connection = DescriptorNumber(rawValue: number).take()
        var input: [UInt8] = []
        // The whole opening comes in one piece, since the caller needs no answer to go on.
        let opening = Array("\0AUTH EXTERNAL\r\nDATA\r\nBEGIN\r\n".utf8)
        while input.count < opening.count { guard fill(connection, &input) else { return } }
        guard Array(input.prefix(opening.count)) == opening else {
            Issue.record("the caller opened with \(String(decoding: input, as: UTF8.self))")
            return
        }
        input.removeFirst(opening.count)
        guard perform(greeting, connection) else { return }
        while let call = next(connection, &input) {
            let earlier = lock.withLock {
                defer { calls.append(call) }
                return calls
            }
            guard perform(answer(call, earlier), connection) else { return }
        }
    }

    /// False at the end of the connection.
    private func fill(_ connection: borrowing FileDescriptor, _ input: inout [UInt8]) -> Bool {
        do throws(Errno) {
            let bytes = try connection.read(count: 65536)
            input += bytes
            return !bytes.isEmpty
        } catch {
            return false
        }
    }

    private func next(_ connection: borrowing FileDescriptor, _ input: inout [UInt8]) -> Call? {
        do {
            while input.count < 16 { guard fill(connection, &input) else { return nil } }
            let length = try BusMessage.length(of: input[0..<16])
            while input.count < length { guard fill(connection, &input) else { return nil } }
            let bytes = Array(input[0..<length])
            input.removeFirst(length)
            let message = try #require(try BusMessage(decoding: bytes[...]))
            let serial = (0..<4).reduce(UInt32(0)) { $0 | UInt32(bytes[8 + $1]) << (8 * UInt32($1)) }
            return Call(
                member: message.member, interface: message.interface, path: message.path, serial: serial,
                body: message.body)
        } catch {
            Issue.record("the caller sent what is no message: \(error)")
            return nil
        }
    }

    /// False when the connection is to be closed.
    private func perform(_ actions: [Action], _ connection: borrowing FileDescriptor) -> Bool {
        do throws(Errno) {
            for action in actions {
                switch action {
                case .send(let bytes): if !bytes.isEmpty { try connection.send(bytes) }
                case .trickle(let bytes): for byte in bytes { try connection.send([byte]) }
                case .flood(let bytes): while true { try connection.send(bytes) }
                case .close: return false
                }
            }
            return true
        } catch {
            return false  // the caller has gone
        }
    }
}
