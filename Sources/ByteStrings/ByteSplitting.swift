// Splitting at a byte. What the standard library has for all collections asks a closure about each element, and is no
// part of this module's code: a file of a thousand bytes, as each one below /proc, costs a hundred thousand instructions.

extension ByteString {
    /// The parts between the bytes `separator`, as `Collection.split` gives them.
    public func split(
        separator: UInt8, maxSplits: Int = Int.max, omittingEmptySubsequences: Bool = true
    ) -> [ArraySlice<UInt8>] {
        self[0..<endIndex].split(
            separator: separator, maxSplits: maxSplits, omittingEmptySubsequences: omittingEmptySubsequences)
    }

    /// Gives each part between the bytes `separator` that is not empty.
    public func forEachPart(separatedBy separator: UInt8, _ body: (ArraySlice<UInt8>) -> Void) {
        self[0..<endIndex].forEachPart(separatedBy: separator, body)
    }

    /// What stands behind `name` in the first line that starts with it, without the line's end; nil if there is none.
    public func restOfLine(behind name: ByteString) -> ByteString? {
        let (count, length) = (endIndex, name.endIndex)
        return storage.withUnsafeBufferPointer { bytes in
            name.storage.withUnsafeBufferPointer { name in
                var start = 0
                while start < count {
                    var same = 0
                    while same < length, start &+ same < count, bytes[start &+ same] == name[same],
                        name[same] != UInt8(ascii: "\n")
                    { same &+= 1 }
                    var end = start &+ same
                    while end < count, bytes[end] != UInt8(ascii: "\n") { end &+= 1 }
                    if same == length {
                        return ByteString(bytes: UnsafeBufferPointer(rebasing: bytes[(start &+ length)..<end]))
                    }
                    start = end &+ 1
                }
                return nil
            }
        }
    }
}

extension ArraySlice<UInt8> {
    /// Gives each part between the bytes `separator` that is not empty.
    public func forEachPart(separatedBy separator: UInt8, _ body: (ArraySlice<UInt8>) -> Void) {
        var start = startIndex
        for index in startIndex...endIndex where index == endIndex || self[index] == separator {
            if index > start { body(self[start..<index]) }
            start = index + 1
        }
    }

    /// The parts between the bytes `separator`, as `Collection.split` gives them.
    public func split(
        separator: UInt8, maxSplits: Int = Int.max, omittingEmptySubsequences: Bool = true
    ) -> [ArraySlice<UInt8>] {
        var parts: [ArraySlice<UInt8>] = []
        var start = startIndex
        withUnsafeBufferPointer { bytes in
            for (offset, byte) in bytes.enumerated() where byte == separator {
                if parts.count == maxSplits { break }
                let end = startIndex + offset
                if end > start || !omittingEmptySubsequences { parts.append(self[start..<end]) }
                start = end + 1
            }
        }
        if start < endIndex || !omittingEmptySubsequences { parts.append(self[start..<endIndex]) }
        return parts
    }
}
