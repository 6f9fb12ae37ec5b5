import Linux

/// The names of the host's users, for the owner column of `list`. See passwd(5).
struct UserNames {
    private let lines: [ByteString]

    /// Reads the host's file; without it, users are shown by number.
    init() {
        do throws(Errno) {
            self.init(ByteString(bytes: try readRegularFile("/etc/passwd", limit: 16 << 20)))
        } catch {
            self.init("")
        }
    }

    init(_ content: ByteString) {
        lines = content.parts(separatedBy: UInt8(ascii: "\n"))
    }

    /// The first name with this number, or `#` and the number.
    func name(of user: UInt32) -> String {
        for line in lines {
            let fields = line.parts(separatedBy: UInt8(ascii: ":"), keepingEmpty: true)
            if fields.count > 2, !fields[0].isEmpty, UInt32(fields[2].text) == user { return fields[0].text }
        }
        return "#" + String(user)
    }
}
