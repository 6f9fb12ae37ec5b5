// Comparisons with words of the program, which make no string of the word: with them, deciding by the type of a mount
// or an option takes no memory. Where both sides are values, the comparisons of the types themselves are taken.

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
