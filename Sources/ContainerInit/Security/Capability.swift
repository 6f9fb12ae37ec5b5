import ByteStrings
import RuntimeSpec

/// The capabilities of the kernel by their names. See capabilities(7).
package enum Capability {
    /// The names in the order of their numbers.
    package static var names: [StaticString] { Capabilities.namesByNumber }

    /// The number of the capability called `name`, in upper case and with its prefix.
    package static func number(of name: String) -> UInt32? {
        var name = name
        return name.withUTF8 { bytes in
            for (index, candidate) in names.enumerated() where candidate.utf8CodeUnitCount == bytes.count {
                if candidate.withUTF8Buffer({ $0.elementsEqual(bytes) }) { return UInt32(index) }
            }
            return nil
        }
    }

    /// The bit of the capability called `name`.
    package static func mask(of name: String) -> UInt64 { number(of: name).map { 1 << UInt64($0) } ?? 0 }

    /// What the steps behind the change of user still take: CAP_SYS_ADMIN to load a filter without no_new_privs, and
    /// CAP_SYS_RESOURCE to raise limits.
    package static let neededForSetUp: UInt64 = 1 << 21 | 1 << 24

    /// The names of the capabilities in a mask, without their common prefix.
    package static func text(of mask: UInt64) -> String {
        let names = names.indices.filter { mask & (1 << UInt64($0)) != 0 }
            .map { String(Self.names[$0].description.dropFirst(4)) }
        return names.isEmpty ? "none" : names.joined(separator: ",")
    }

    /// The whole name of a capability, or its number if the table has none.
    package static func name(of number: UInt32) -> String {
        Int(number) < names.count ? names[Int(number)].description : "capability \(number)"
    }

    /// Every capability that this table knows.
    package static var all: UInt64 { (1 << UInt64(names.count)) - 1 }
}
