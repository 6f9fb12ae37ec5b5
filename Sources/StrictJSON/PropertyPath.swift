import ByteStrings

/// The path of a value inside a document, such as `process.rlimits[2].type`. A key that is not a plain word stands in
/// brackets and quotes: `annotations["com.example.key"]`.
package struct PropertyPath: Equatable, Sendable {
    /// The path as people read it; empty for the document itself.
    package private(set) var text: String

    /// The path of the document itself, or one that is known.
    package init(_ text: String = "") { self.text = text }

    /// The path of a member of the value.
    package func member(_ key: String) -> PropertyPath {
        let isWord = !key.isEmpty && key.utf8.count <= Self.longestKey && key.utf8.allSatisfy(isWordByte)
        if isWord { return PropertyPath(text.isEmpty ? key : text + "." + key) }
        return PropertyPath(text + "[" + quotation(of: key, limit: Self.longestKey) + "]")
    }

    /// The path of an element of the value.
    package func element(_ index: Int) -> PropertyPath { PropertyPath(text + "[" + String(index) + "]") }

    private static let longestKey = 100
}

private func isWordByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"):
        true
    default: false
    }
}

/// A text in quotes for a message of one line: control characters as escapes, and not more characters than a limit.
package func quotation(of text: String, limit: Int = 200) -> String {
    var result = "\""
    var count = 0
    for scalar in text.unicodeScalars {
        if count == limit {
            result += "…"
            break
        }
        count += 1
        switch scalar {
        case "\"": result += "\\\""
        case "\\": result += "\\\\"
        case "\n": result += "\\n"
        case "\r": result += "\\r"
        case "\t": result += "\\t"
        case _ where scalar.value < 0x20 || (0x7F..<0xA0).contains(scalar.value):
            result += (scalar.value < 0x10 ? "\\x0" : "\\x") + String(scalar.value, radix: 16)
        default: result.unicodeScalars.append(scalar)
        }
    }
    return result + "\""
}

/// Bytes in quotes for a message of one line.
package func quotation(of bytes: ByteString) -> String { quotation(of: bytes.text) }

/// A path in quotes for a message of one line.
package func quotation(of path: Path) -> String { quotation(of: path.text) }

extension PropertyPath {
    /// The path of a member of the value.
    package func member(_ key: ByteString) -> PropertyPath { member(key.text) }

    /// The paths of the values that start at some places of a document, in the order of the places.
    ///
    /// A reader that meets a mistake knows only its place; this walk over the document finds the path, and costs nothing
    /// when there is no mistake. A place where no value starts has an empty path.
    package static func paths(at offsets: [Int], in bytes: [UInt8]) -> [PropertyPath] {
        var walk = Walk(offsets)
        // A document that ends in a syntax error still has paths before the error.
        if var reader = try? JSONReader(bytes, maximumSize: bytes.count) { try? walk.run(&reader) }
        return offsets.map { offset in
            walk.found.first { $0.offset == offset }?.path ?? PropertyPath()
        }
    }

    private struct Walk {
        /// The places still to find, the next one last.
        private var offsets: [Int]
        private(set) var found: [(offset: Int, path: PropertyPath)] = []
        private var steps: [Step] = []

        /// Where in a container the walk is.
        private enum Step {
            case element(Int)
            case member(JSONText)
        }

        init(_ offsets: [Int]) {
            self.offsets = Array(Set(offsets)).sorted(by: >)
        }

        mutating func run(_ reader: inout JSONReader) throws(JSONSyntaxError) {
            repeat {
                let kind = try reader.peek()
                while let offset = offsets.last, offset <= reader.offset {
                    offsets.removeLast()
                    if offset == reader.offset { found.append((offset, path(reader))) }
                }
                guard !offsets.isEmpty else { return }
                switch kind {
                case .object:
                    try reader.beginObject()
                    steps.append(.element(-1))
                case .array:
                    try reader.beginArray()
                    steps.append(.element(-1))
                case .string, .number, .boolean, .null: try reader.skipValue()
                }
                while !steps.isEmpty {
                    if try advance(&reader) { break }
                    steps.removeLast()
                }
            } while !steps.isEmpty
        }

        private mutating func advance(_ reader: inout JSONReader) throws(JSONSyntaxError) -> Bool {
            if reader.isInObject {
                guard try reader.nextMember() else { return false }
                steps[steps.count - 1] = .member(reader.key)
            } else {
                guard try reader.nextElement() else { return false }
                if case .element(let index) = steps[steps.count - 1] { steps[steps.count - 1] = .element(index + 1) }
            }
            return true
        }

        private func path(_ reader: borrowing JSONReader) -> PropertyPath {
            var path = PropertyPath()
            for step in steps {
                switch step {
                case .element(let index): path = path.element(index)
                case .member(let key): path = path.member(reader.string(of: key))
                }
            }
            return path
        }
    }
}
