import Linux

/// The names of the host's users, for the owner column of `list`. See passwd(5).
struct UserNames {
    private let lines: [Substring]

    /// Reads the host's file; without it, users are shown by number.
    init() {
        do throws(Errno) {
            self.init(String(decoding: try readRegularFile("/etc/passwd", limit: 16 << 20), as: UTF8.self))
        } catch {
            self.init("")
        }
    }

    init(_ content: String) {
        lines = content.split(separator: "\n")
    }

    /// The first name with this number, or `#` and the number.
    func name(of user: UInt32) -> String {
        for line in lines {
            let fields = line.split(separator: ":", maxSplits: 3, omittingEmptySubsequences: false)
            if fields.count > 2, !fields[0].isEmpty, UInt32(fields[2]) == user { return String(fields[0]) }
        }
        return "#" + String(user)
    }
}
