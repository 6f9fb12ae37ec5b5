import ByteStrings

/// The mounts of a mount namespace as proc_pid_mountinfo(5) lists them.
///
/// Reading it costs more the more mounts a host has, so only rare ways through the program do.
package enum MountTable {
    /// One mount.
    package struct Entry: Equatable, Sendable {
        /// Which directory of the file system it shows.
        package var root: Path
        /// Where it is, seen from the root of the process.
        package var point: Path
        /// The name of its file system.
        package var type: ByteString
        /// The options of the file system, with commas between them.
        package var options: ByteString
    }

    /// The entries of the file's text; lines of another form are left out.
    package static func entries(_ bytes: [UInt8]) -> [Entry] {
        var entries: [Entry] = []
        for line in bytes.split(separator: 10) {
            let fields = line.split(separator: 32)
            guard let separator = fields.firstIndex(where: { $0.elementsEqual("-".utf8) }),
                separator > 4, separator + 1 < fields.count
            else { continue }
            entries.append(
                Entry(
                    root: Path(unescaped(fields[3])), point: Path(unescaped(fields[4])),
                    type: ByteString(bytes: fields[separator + 1]),
                    options: separator + 3 < fields.count ? ByteString(bytes: fields[separator + 3]) : ByteString()))
        }
        return entries
    }

    /// A field without its octal escapes, which stand for blank, tab, line feed and backslash.
    private static func unescaped(_ field: ArraySlice<UInt8>) -> ByteString {
        var result: [UInt8] = []
        result.reserveCapacity(field.count)
        var index = field.startIndex
        while index < field.endIndex {
            if field[index] == UInt8(ascii: "\\"), index + 3 < field.endIndex {
                let digits = field[(index + 1)...(index + 3)]
                if digits.allSatisfy({ (48...55).contains($0) }) {
                    result.append(UInt8(truncatingIfNeeded: digits.reduce(0) { $0 * 8 + Int($1 - 48) }))
                    index += 4
                    continue
                }
            }
            result.append(field[index])
            index += 1
        }
        return ByteString(bytes: result)
    }
}
