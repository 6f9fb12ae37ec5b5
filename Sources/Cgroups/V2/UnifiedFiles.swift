import ByteStrings
import RuntimeSpec

extension Limits {
    /// The values that the configuration gives for files by name, unchanged. A file like `io.max` takes one line a write.
    mutating func add(unified files: OrderedPairs<ByteString, ByteString>) throws(CgroupError) {
        for pair in files {
            let name = pair.key
            let text = name.text
            let property = "unified." + text
            guard !name.contains(UInt8(ascii: "/")), !name.contains(0) else {
                throw Self.invalid(
                    property, text, "unified resource \"" + text + "\" must be a file name (no slashes)")
            }
            let parts = name.parts(separatedBy: UInt8(ascii: "."), keepingEmpty: true)
            guard parts.count > 1, parts[0] != "", !parts.dropFirst().dropLast().contains("") else {
                throw Self.invalid(
                    property, text,
                    "unified resource \"" + text + "\" must be in the form CONTROLLER.PARAMETER")
            }
            let controller = parts[0].text
            let lines = pair.value.parts(separatedBy: UInt8(ascii: "\n"))
            if lines.isEmpty { add(LimitWrite(controller, text, "", property)) }
            for line in lines { add(LimitWrite(controller, text, line.text, property)) }
        }
    }
}
