import RuntimeSpec

extension Limits {
    /// The values that the configuration gives for files by name, unchanged. A file like `io.max` takes one line a write.
    mutating func add(unified files: OrderedPairs<String, String>) throws(CgroupError) {
        for pair in files {
            let property = "unified." + pair.key
            let name = pair.key.utf8
            guard !name.contains(UInt8(ascii: "/")), !name.contains(0) else {
                throw Self.invalid(
                    property, pair.key, "unified resource \"" + pair.key + "\" must be a file name (no slashes)")
            }
            guard let dot = name.firstIndex(of: UInt8(ascii: ".")), dot != name.startIndex,
                !pair.key.contains("..")
            else {
                throw Self.invalid(
                    property, pair.key,
                    "unified resource \"" + pair.key + "\" must be in the form CONTROLLER.PARAMETER")
            }
            let controller = String(pair.key[..<dot])
            let lines = pair.value.split(separator: "\n")
            if lines.isEmpty { add(LimitWrite(controller, pair.key, "", property)) }
            for line in lines { add(LimitWrite(controller, pair.key, String(line), property)) }
        }
    }
}
