import Linux

/// The names of the drivers that hold the major numbers of devices. See proc_devices(5).
struct DriverNames {
    private let text: String

    init(_ text: String) { self.text = text }

    /// Those of this host.
    static var host: DriverNames {
        do throws(Errno) {
            return DriverNames(try readKernelFile("/proc/devices"))
        } catch {
            return DriverNames("")
        }
    }

    /// The name that stands beside a number in the list of its kind; nil if nobody holds it.
    func name(ofMajor major: UInt32, isBlock: Bool) -> String? {
        var isInBlocks = false
        for line in text.utf8.split(separator: UInt8(ascii: "\n")) {
            if line.last == UInt8(ascii: ":") {
                isInBlocks = line.starts(with: "Block".utf8)
                continue
            }
            guard isInBlocks == isBlock else { continue }
            let words = line.split(separator: UInt8(ascii: " "))
            if words.count == 2, UInt32(Substring(words[0])) == major { return String(Substring(words[1])) }
        }
        return nil
    }
}
