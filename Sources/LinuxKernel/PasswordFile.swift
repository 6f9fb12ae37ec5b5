import ByteStrings

/// The users that an /etc/passwd lists, the host's or a container's. See passwd(5).
package struct PasswordFile: Sendable {
    private let bytes: [UInt8]

    package init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// The first line of the user with a number that is as wanted, cut into its fields.
    private func fields(of user: UInt32, where isWanted: ([ByteString]) -> Bool = { _ in true }) -> [ByteString]? {
        // Mostly the first of many lines: no more are cut out than are looked at.
        var start = 0
        while start < bytes.count {
            var end = start
            while end < bytes.count, bytes[end] != UInt8(ascii: "\n") { end += 1 }
            let line = ByteString(bytes: bytes[start..<end])
            let fields = line.parts(separatedBy: UInt8(ascii: ":"), keepingEmpty: true)
            if fields.count > 2, UInt32(fields[2].text) == user, isWanted(fields) { return fields }
            start = end + 1
        }
        return nil
    }

    /// The home directory of a user, empty where the line names none; nil for an unknown user.
    package func home(of user: UInt32) -> ByteString? {
        guard let fields = fields(of: user) else { return nil }
        guard fields.count > 5 else { return "" }
        return fields[5].containsNUL ? nil : fields[5]
    }

    /// The first name with a number, or `#` and the number.
    package func name(of user: UInt32) -> String {
        fields(of: user) { !$0[0].isEmpty }?[0].text ?? "#" + String(user)
    }

    /// The host's file; without it, nobody has a name.
    package static var host: PasswordFile {
        do throws(Errno) {
            return PasswordFile(try readRegularFile("/etc/passwd", limit: 16 << 20))
        } catch {
            return PasswordFile([])
        }
    }
}
