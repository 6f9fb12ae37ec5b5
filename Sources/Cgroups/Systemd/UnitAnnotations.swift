import ByteStrings
import RuntimeSpec
import SystemdBus

/// Properties of a container's unit that its annotations give: `org.systemd.property.NAME` with a value in the text form of
/// GVariant, such as `uint64 5`.
package enum UnitAnnotations {
    private static let prefix: ByteString = "org.systemd.property."

    /// The slice that an annotation names in the place of that of linux.cgroupsPath; nil if none does.
    package static func slice(of annotations: OrderedPairs<ByteString, ByteString>) throws(CgroupError) -> SliceName? {
        let key = prefix + slice
        guard let text = annotations[key] else { return nil }
        var parser = VariantText(text.text)
        guard case .string(let name) = parser.parse(), let slice = SliceName(name) else {
            throw CgroupError(
                property: "annotations." + key.text, value: text.text,
                reason: "its value is no name of a slice, such as 'a-b.slice'")
        }
        return slice
    }

    private static let slice: ByteString = "Slice"

    /// The properties, in the annotations' order, without the slice.
    package static func properties(
        of annotations: OrderedPairs<ByteString, ByteString>
    ) throws(CgroupError) -> [UnitProperty] {
        var properties: [UnitProperty] = []
        for entry in annotations where entry.key.hasPrefix(prefix) && entry.key != prefix + slice {
            let name = entry.key.dropping(first: prefix.count).text
            guard name.utf8.count >= 3, name.utf8.allSatisfy(isLetter) else {
                throw refused(
                    entry, "invalid annotation name: a property of a unit has at least three letters, and no others")
            }
            var parser = VariantText(entry.value.text)
            guard var value = parser.parse() else {
                throw refused(entry, "its value is no GVariant text, such as 'text', true or uint64 5")
            }
            var property = name
            // A time in seconds stands for one in microseconds, as in unit files.
            if name.hasSuffix("Sec"), name.dropLast(3).utf8.last.map(isLowercase) ?? false {
                guard let microseconds = microseconds(value) else {
                    throw refused(entry, "its value is no time in seconds")
                }
                property = name.dropLast(3) + "USec"
                value = .uint64(microseconds)
            }
            properties.append(UnitProperty(property, value))
        }
        return properties
    }

    private static func refused(_ entry: OrderedPairs<ByteString, ByteString>.Pair, _ reason: String) -> CgroupError {
        CgroupError(property: "annotations." + entry.key.text, value: entry.value.text, reason: reason)
    }

    private static func isLowercase(_ byte: UInt8) -> Bool { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) }

    private static func isLetter(_ byte: UInt8) -> Bool {
        isLowercase(byte) || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
    }

    private static func microseconds(_ value: BusValue) -> UInt64? {
        let seconds: UInt64?
        switch value {
        case .byte(let number): seconds = UInt64(number)
        case .int16(let number): seconds = UInt64(exactly: number)
        case .uint16(let number): seconds = UInt64(number)
        case .int32(let number): seconds = UInt64(exactly: number)
        case .uint32(let number): seconds = UInt64(number)
        case .int64(let number): seconds = UInt64(exactly: number)
        case .uint64(let number): seconds = number
        case .double(let number): return UInt64(exactly: (number * 1e6).rounded(.towardZero))
        case .boolean, .string, .objectPath, .signature, .array, .structure, .variant: seconds = nil
        }
        guard let seconds else { return nil }
        let (product, overflows) = seconds.multipliedReportingOverflow(by: 1_000_000)
        return overflows ? .max : product
    }
}
