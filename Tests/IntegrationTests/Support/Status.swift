/// The text of /proc/PID/status.
struct Status {
    private let fields: [String: String]

    init(_ text: String) {
        var fields: [String: String] = [:]
        for line in text.split(separator: "\n") {
            guard let colon = line.firstIndex(of: ":") else { continue }
            fields[String(line[..<colon])] = String(
                line[line.index(after: colon)...].drop { $0 == "\t" || $0 == " " })
        }
        self.fields = fields
    }

    subscript(name: String) -> String? { fields[name] }

    /// A mask in hexadecimal, such as CapEff or SigIgn.
    func mask(_ name: String) -> UInt64? { fields[name].flatMap { UInt64($0, radix: 16) } }
}
