import Foundation

/// The members of a JSON document in the order in which they stand, by their paths.
struct OrderedMembers {
    struct Member {
        let path: String
        let type: String

        /// Whether a value of this kind can be one of the type.
        func fits(_ type: String) -> Bool {
            switch type {
            case "map": self.type == "object"
            case "int", "float":
                ["uint", "int", "float"].contains(self.type) && (type == "float" || self.type != "float")
            case "list-or-null": self.type == "list" || self.type == "null"
            default: self.type == type
            }
        }
    }

    struct Malformed: Error {}

    private(set) var all: [Member] = []
    private let bytes: [UInt8]
    private var position = 0

    init(_ bytes: [UInt8]) throws {
        self.bytes = bytes
        _ = try value("")
    }

    /// Each path once, where it stands first.
    var unique: [Member] {
        var seen: Set<String> = []
        return all.filter { seen.insert($0.path).inserted }
    }

    private var next: UInt8 { position < bytes.count ? bytes[position] : 0 }

    private mutating func take(_ byte: Unicode.Scalar) throws {
        guard next == UInt8(ascii: byte) else { throw Malformed() }
        position += 1
    }

    /// Reads a value and notes its members; gives its type.
    private mutating func value(_ path: String) throws -> String {
        switch next {
        case UInt8(ascii: "{"): return try object(path)
        case UInt8(ascii: "["): return try list(path)
        case UInt8(ascii: "\""):
            _ = try string()
            return "string"
        case UInt8(ascii: "n"):
            position += 4
            return "null"
        default:
            let start = position
            while "+-.0123456789eE".utf8.contains(next) { position += 1 }
            let text = String(decoding: bytes[start..<position], as: UTF8.self)
            if UInt64(text) != nil { return "uint" }
            if Int64(text) != nil { return "int" }
            guard Double(text) != nil else { throw Malformed() }
            return "float"
        }
    }

    private mutating func object(_ path: String) throws -> String {
        try take("{")
        while next != UInt8(ascii: "}") {
            if next == UInt8(ascii: ",") { position += 1 }
            let name = try string()
            try take(":")
            let isMap = path == "data.memory.raw" || path == "data.hugetlb"
            let inner = (path.isEmpty ? "" : path + ".") + (isMap ? "*" : name)
            let place = all.count
            let type = try value(inner)
            all.insert(Member(path: inner, type: type), at: place)
        }
        position += 1
        return "object"
    }

    private mutating func list(_ path: String) throws -> String {
        try take("[")
        while next != UInt8(ascii: "]") {
            if next == UInt8(ascii: ",") { position += 1 }
            let place = all.count
            let type = try value(path + "[]")
            all.insert(Member(path: path + "[]", type: type), at: place)
        }
        position += 1
        return "list"
    }

    private mutating func string() throws -> String {
        try take("\"")
        let start = position
        while next != UInt8(ascii: "\"") {
            guard position < bytes.count else { throw Malformed() }
            position += next == UInt8(ascii: "\\") ? 2 : 1
        }
        defer { position += 1 }
        return String(decoding: bytes[start..<position], as: UTF8.self)
    }
}
