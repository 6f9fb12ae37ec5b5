// Comparisons with words of the program, which make no string of the word: with them, deciding by the type of a mount
// or an option takes no memory. Where both sides are values, the comparisons of the types themselves are taken.

/// Whether two texts of one length are the same, eight or four bytes at a time.
@inlinable @inline(__always)
package func haveSameBytes(_ one: UnsafeRawBufferPointer, _ other: UnsafeRawBufferPointer) -> Bool {
    // The last bytes of names differ more often than the first ones. The last words read may overlap.
    if other.count >= 8 {
        var index = other.count &- 8
        while isSame(UInt64.self, one, other, at: index) {
            if index == 0 { return true }
            index = index >= 8 ? index &- 8 : 0
        }
        return false
    }
    if other.count >= 4 {
        return isSame(UInt32.self, one, other, at: other.count &- 4) && isSame(UInt32.self, one, other, at: 0)
    }
    var index = other.count
    while index > 0 {
        index &-= 1
        guard one[index] == other[index] else { return false }
    }
    return true
}

@inlinable @inline(__always)
func isSame<Word: FixedWidthInteger & BitwiseCopyable>(
    _: Word.Type, _ one: UnsafeRawBufferPointer, _ other: UnsafeRawBufferPointer, at index: Int
) -> Bool {
    one.loadUnaligned(fromByteOffset: index, as: Word.self) == other.loadUnaligned(fromByteOffset: index, as: Word.self)
}

extension ByteString {
    /// Whether the bytes are those of a word.
    @inlinable package static func == (bytes: ByteString, word: StaticString) -> Bool {
        bytes.count == word.utf8CodeUnitCount && bytes.starts(withWord: word)
    }

    /// Whether the bytes are not those of a word.
    @inlinable package static func != (bytes: ByteString, word: StaticString) -> Bool { !(bytes == word) }

    /// Whether the string starts with a word.
    @inlinable package func hasPrefix(_ word: StaticString) -> Bool {
        count >= word.utf8CodeUnitCount && starts(withWord: word)
    }

    /// The caller has seen that there are as many bytes.
    @usableFromInline func starts(withWord word: StaticString) -> Bool {
        word.withUTF8Buffer { word in
            for index in 0..<word.count where storage[index] != word[index] { return false }
            return true
        }
    }
}

/// Whether there are bytes, and they are those of a word.
@inlinable package func == (bytes: ByteString?, word: StaticString) -> Bool {
    guard let bytes else { return false }
    return bytes == word
}

/// Whether there are no bytes, or not those of a word.
@inlinable package func != (bytes: ByteString?, word: StaticString) -> Bool { !(bytes == word) }

extension Path {
    /// Whether the path is the one that is written here.
    @inlinable package static func == (path: Path, word: StaticString) -> Bool { path.bytes == word }

    /// Whether the path is not the one that is written here.
    @inlinable package static func != (path: Path, word: StaticString) -> Bool { path.bytes != word }
}

/// Whether a case names the string.
@inlinable package func ~= (word: StaticString, bytes: ByteString) -> Bool { bytes == word }

/// Whether a case names the path.
@inlinable package func ~= (word: StaticString, path: Path) -> Bool { path == word }
