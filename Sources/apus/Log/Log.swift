import ContainerRuntime
import LinuxKernel

/// The program's log: one record for what failed, and what happened before that.
///
/// Engines read a JSON log as one record, so warnings wait for the end of the command. When an error follows, its JSON
/// record carries them; in the other forms they are lines before it, which stays the last one.
final class Log {
    /// The form of the records.
    enum Format {
        case text, json
    }

    private var file: SharedDescriptor?
    private var format = Format.text
    private var minimum = LogLevel.info
    private var showsPlace = false
    private var heldWarnings: [String] = []
    private let start = monotonicSeconds()

    /// Applies the global flags: level, format, file, in that order.
    func configure(_ arguments: ParsedArguments) throws(CommandError) {
        if let word = arguments.nonEmptyText(.logLevel) { minimum = try level(word) }
        if arguments.isOn(.debug) {
            minimum = .debug
            showsPlace = true
        }
        switch arguments.text(.logFormat) ?? "" {
        case "", "text": format = .text
        case "json": format = .json
        case let other: throw CommandError("invalid log-format: " + other)
        }
        guard let path = arguments.path(.log) else { return }
        do throws(Errno) {
            file = SharedDescriptor(
                try FileDescriptor.open(path, [.writeOnly, .create, .append, .synchronous], mode: 0o644))
        } catch {
            throw CommandError("open", path, error)
        }
    }

    private func level(_ word: String) throws(CommandError) -> LogLevel {
        switch word {
        case "debug": .debug
        case "info": .info
        case "warning", "warn": .warning
        case "error": .error
        default: throw CommandError("invalid log-level: " + word)
        }
    }

    /// Whether records for the search of faults are written.
    var isDebugging: Bool { minimum == .debug }

    /// Logs what only somebody who looks for a fault wants to know.
    func debug(
        _ message: @autoclosure () -> String, function: StaticString = #function, file: StaticString = #fileID,
        line: UInt = #line
    ) {
        guard minimum == .debug else { return }
        write(LogRecord(level: .debug, message: message()), function, file, line)
    }

    /// Logs what the user should know although the command goes on.
    func warning(
        _ message: String, function: StaticString = #function, file: StaticString = #fileID, line: UInt = #line
    ) {
        guard minimum <= .warning else { return }
        if minimum == .debug {
            write(LogRecord(level: .warning, message: message), function, file, line)
        } else {
            heldWarnings.append(message)
        }
    }

    /// Writes the warnings that wait; the command has succeeded, or its success no longer depends on the runtime.
    func flush() {
        for message in heldWarnings { write(LogRecord(level: .warning, message: message)) }
        heldWarnings = []
    }

    /// Writes the record of the error that ends the command, and the plain text to standard error when that is not
    /// where the record goes.
    func failure(
        _ error: CommandError, function: StaticString = #function, file: StaticString = #fileID, line: UInt = #line
    ) {
        var record = LogRecord(level: .error, message: error.message)
        if format == .json {
            if let cause = error.cause { record.fields = cause.fields }
            if !heldWarnings.isEmpty {
                record.fields.append(LogRecord.Field(key: "warnings", value: .texts(heldWarnings)))
            }
            heldWarnings = []
        }
        flush()
        write(record, function, file, line)
        if self.file != nil { writeStandardError(error.message + "\n") }
    }

    private func write(
        _ record: LogRecord, _ function: StaticString = #function, _ file: StaticString = #fileID, _ line: UInt = #line
    ) {
        var record = record
        if showsPlace {
            record.function = function
            record.place = file.description + ":" + String(line)
        }
        let destination = self.file ?? .standardError
        let bytes: [UInt8]
        if format == .json {
            bytes = record.json(at: .now())
        } else if self.file == nil, destination.file.isTerminal {
            bytes = record.colored(afterSeconds: monotonicSeconds() - start)
        } else {
            bytes = record.text(at: .now())
        }
        // One write for each record keeps a file whole that several commands append to. Where the log cannot be
        // written there is no place left to say so.
        do throws(Errno) { try destination.file.write(bytes) } catch {}
    }
}

extension ContainerError {
    /// The parts that are set, for a record with fields.
    fileprivate var fields: [LogRecord.Field] {
        var fields: [LogRecord.Field] = []
        func add(_ key: StaticString, _ text: String) {
            if !text.isEmpty { fields.append(LogRecord.Field(key: key, value: .text(text))) }
        }
        add("operation", operation)
        add("property", property ?? "")
        add("value", value)
        add("subject", subject)
        if let errno { add("errno", errno.name) }
        // A wording of its own is the message already.
        if !fields.isEmpty { add("reason", reason) }
        add("remedy", remedy)
        return fields
    }
}
