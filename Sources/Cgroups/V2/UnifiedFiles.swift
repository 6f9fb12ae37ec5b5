import ByteStrings
import RuntimeSpec

extension Limits {
    /// The kernel's own files that tell it to do something, or that only tell something. See cgroups(7).
    private static let commands: Set<String> = [
        "cgroup.controllers", "cgroup.events", "cgroup.freeze", "cgroup.kill", "cgroup.procs", "cgroup.stat",
        "cgroup.subtree_control", "cgroup.threads", "cgroup.type",
    ]

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
            // They are commands to the kernel and the runtime's own: a cgroup that is frozen or takes other processes in
            // is none that a container can be made in.
            guard !Self.commands.contains(text) else {
                throw Self.invalid(
                    property, pair.value.text, "\"" + text + "\" is no resource but the runtime's to write")
            }
            let lines = pair.value.parts(separatedBy: UInt8(ascii: "\n"))
            if lines.isEmpty { add(LimitWrite(controller, text, "", property)) }
            for line in lines { add(LimitWrite(controller, text, line.text, property)) }
        }
    }
}
