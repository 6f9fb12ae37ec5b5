import ByteStrings
import LinuxKernel

/// The names of the drivers that hold the major numbers of devices. See proc_devices(5).
package struct DriverNames: Sendable {
    private let text: ByteString

    package init(_ text: ByteString) { self.text = text }

    /// Those of this host.
    package static var host: DriverNames {
        do throws(Errno) {
            return DriverNames(try readKernelFile("/proc/devices"))
        } catch {
            return DriverNames("")
        }
    }

    /// The name that stands beside a number in the list of its kind; nil if nobody holds it.
    func name(ofMajor major: UInt32, isBlock: Bool) -> String? {
        var isInBlocks = false
        for line in text.split(separator: UInt8(ascii: "\n")) {
            if line.last == UInt8(ascii: ":") {
                isInBlocks = line.starts(with: "Block".utf8)
                continue
            }
            guard isInBlocks == isBlock else { continue }
            let words = line.split(separator: UInt8(ascii: " "))
            guard words.count == 2, let number = String(valid: words[0]) else { continue }
            if UInt32(number) == major { return String(valid: words[1]) }
        }
        return nil
    }
}
