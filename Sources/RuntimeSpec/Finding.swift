import StrictJSON

/// One thing that is wrong with a document.
public struct Finding: Equatable, Sendable {
    /// The path of the property, such as `process.rlimits[2].type`; empty for the document as a whole.
    public var path: String
    /// What is wrong, on one line, such as `unknown resource "RLIMIT_FOO"`.
    public var message: String
    /// The line in the file, from 1; nil for a value that was not read from a file.
    public var line: Int?
    /// The character in the line, from 1.
    public var column: Int?

    /// Makes a finding.
    public init(path: String, message: String, line: Int? = nil, column: Int? = nil) {
        self.path = path
        self.message = message
        self.line = line
        self.column = column
    }

    /// The finding on one line: the path, a colon and the message.
    public var text: String { path.isEmpty ? message : path + ": " + message }

    init(_ error: JSONSyntaxError, in bytes: [UInt8]) {
        let location = TextLocation(of: error.offset, in: bytes)
        let place = " (line " + String(location.line) + ", column " + String(location.column) + ")"
        self.init(
            path: "", message: error.message + (error.reason == .noValue ? "" : place), line: location.line,
            column: location.column)
    }
}

/// A document that cannot be used, with everything that was found wrong.
public struct SpecError: Error, Equatable, Sendable {
    /// What is wrong; never empty.
    public var findings: [Finding]

    /// Makes an error.
    public init(findings: [Finding]) { self.findings = findings }

    /// All findings on one line, for a document in `file`, which is named where no property is.
    public func text(of file: String) -> String {
        findings.first?.path.isEmpty == true ? file + ": " + text : text
    }

    /// All findings on one line.
    public var text: String {
        var text = ""
        for finding in findings {
            if !text.isEmpty { text += "; " }
            text += finding.text
        }
        return text
    }
}
