import CIntegrationSupport
import Foundation
import Testing

/// A unix socket that a runtime or a container sends to.
final class SocketListener {
    let path: String
    private let socket: Int32
    /// The connection that the last message came over, so that the sender does not see its end.
    private var connection: Int32 = -1

    /// A message, whose descriptors are closed at the end of the test, or before by `closeDescriptors`.
    final class Message {
        let text: String
        let descriptors: [Int32]
        private var isClosed = false

        init(text: String, descriptors: [Int32]) {
            self.text = text
            self.descriptors = descriptors
        }

        /// Closes the descriptors, once: after that their numbers are those of other tests' files.
        func closeDescriptors() {
            guard !isClosed else { return }
            isClosed = true
            for descriptor in descriptors { close(descriptor) }
        }
    }

    /// Listens at a path, which has to be short; a datagram socket takes messages without connections.
    init(datagram: Bool = false) throws {
        path = TestRun.shared.uniquePath("s")
        socket = support_listen(path, datagram ? 1 : 0)
        try #require(socket >= 0, "cannot listen at \(path)")
        chmod(path, 0o777)
        self.datagram = datagram
        afterTest { [self] in end() }
    }

    private let datagram: Bool

    private func end() {
        close(socket)
        if connection >= 0 { close(connection) }
        unlink(path)
    }

    /// Takes the next connection, or over a datagram socket the next message.
    func receive(seconds: Int = 10, sourceLocation: SourceLocation = #_sourceLocation) throws -> Message {
        try #require(
            readable(socket, milliseconds: Int32(seconds * 1000)), "nobody wrote to the socket",
            sourceLocation: sourceLocation)
        if !datagram {
            if connection >= 0 { close(connection) }
            connection = accept(socket, nil, nil)
            try #require(
                readable(connection, milliseconds: Int32(seconds * 1000)), "nothing came over the connection",
                sourceLocation: sourceLocation)
        }
        var buffer = [UInt8](repeating: 0, count: 65536)
        var descriptors = [Int32](repeating: -1, count: 16)
        var count: Int32 = 16
        let size = support_receive(datagram ? socket : connection, &buffer, buffer.count, &descriptors, &count)
        try #require(size >= 0, sourceLocation: sourceLocation)
        let message = Message(
            text: String(decoding: buffer.prefix(size), as: UTF8.self),
            descriptors: Array(descriptors.prefix(Int(count))))
        afterTest { message.closeDescriptors() }
        return message
    }

    /// Whether someone is waiting to be taken.
    var isWaiting: Bool { readable(socket, milliseconds: 0) }

    /// Reads what else comes over the connection, to its end.
    func rest(seconds: Int = 10) -> String {
        var text: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        while readable(connection, milliseconds: Int32(seconds * 1000)) {
            let size = read(connection, &buffer, buffer.count)
            if size <= 0 { break }
            text += buffer.prefix(size)
        }
        return String(decoding: text, as: UTF8.self)
    }
}

/// The side of a pseudo-terminal that a person would look at.
final class Terminal {
    let master: Int32
    /// The name of the other side, when this terminal was made here.
    let name: String
    private var seen: [UInt8] = []

    /// Opens a new terminal.
    init() throws {
        var buffer = [CChar](repeating: 0, count: 128)
        master = support_open_terminal(&buffer, buffer.count)
        try #require(master >= 0, "no pseudo-terminal")
        name = String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        afterTest { [master] in close(master) }
    }

    /// A master that was received.
    init(master: Int32) {
        self.master = master
        name = ""
    }

    func type(_ text: String) {
        let bytes = Array(text.utf8)
        _ = write(master, bytes, bytes.count)
    }

    /// Reads until the text is seen; gives all that was seen so far.
    @discardableResult
    func wait(for text: String, seconds: Int = 10, sourceLocation: SourceLocation = #_sourceLocation) -> String {
        let end = Date(timeIntervalSinceNow: Double(seconds))
        while !screen.contains(text) {
            if Date() > end {
                Issue.record("the terminal did not show \(text), but: \(screen)", sourceLocation: sourceLocation)
                break
            }
            guard readable(master, milliseconds: 200) else { continue }
            var buffer = [UInt8](repeating: 0, count: 4096)
            let size = read(master, &buffer, buffer.count)
            // The other side is closed.
            if size <= 0 {
                if !screen.contains(text) {
                    Issue.record("the terminal ended without \(text): \(screen)", sourceLocation: sourceLocation)
                }
                break
            }
            seen += buffer.prefix(size)
        }
        return screen
    }

    /// All that was read so far.
    var screen: String { String(decoding: seen, as: UTF8.self) }

    func resize(rows: UInt32, columns: UInt32) { _ = support_set_window_size(master, rows, columns) }

    var size: [UInt32] {
        var rows: UInt32 = 0
        var columns: UInt32 = 0
        return support_get_window_size(master, &rows, &columns) == 0 ? [rows, columns] : []
    }

    /// Whether the terminal is in its usual mode and not raw.
    var isCooked: Bool { support_is_canonical(master) == 1 }
}
