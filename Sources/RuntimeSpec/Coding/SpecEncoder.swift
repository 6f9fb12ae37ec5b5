import StrictJSON

/// How a document is laid out.
public enum JSONLayout: Equatable, Sendable {
    /// On one line, without blanks.
    case compact
    /// A line per member and element, each level indented by a number of blanks.
    case blanks(Int)
    /// A line per member and element, each level indented by a tab.
    case tabs

    package var indent: JSONWriter.Indent {
        switch self {
        case .compact: .compact
        case .blanks(let count): .blanks(count)
        case .tabs: .tab
        }
    }
}

/// Writes a document as Go does: members in the order of their declaration, and nothing for what says nothing.
struct SpecEncoder: MemberVisitor {
    typealias Failure = Never

    var writer: JSONWriter
    /// Whether maps are sorted by their keys instead of written in their own order.
    let sortsKeys: Bool

    static func encode(_ document: some SpecValue, _ layout: JSONLayout, sortsKeys: Bool = false) -> [UInt8] {
        var encoder = SpecEncoder(writer: JSONWriter(indent: layout.indent), sortsKeys: sortsKeys)
        document.write(&encoder)
        return encoder.writer.bytes
    }

    mutating func member<Value: SpecValue>(_ name: StaticString, _ value: inout Value, _ presence: Presence) {
        switch presence {
        case .foreign: return
        case .optional: if value.isOmitted { return }
        case .written, .required: break
        }
        writer.key(name)
        value.write(&self)
    }
}
