/// One value for one file of the container's cgroup, and the property that asks for it. Pure data.
package struct LimitWrite: Hashable, Sendable {
    /// The controller whose hierarchy has the file.
    package var controller: String
    /// The file's name.
    package var file: String
    /// The value, written with one write(2).
    package var value: String
    /// The property of config.json, such as `linux.resources.memory.limit`.
    package var property: String
    /// Where the value goes on hosts that lack the file, in order.
    package var alternatives: [Alternative] = []
    /// Whether nothing is lost if the host lacks the file.
    package var isOptional = false

    /// Another file for the same limit.
    package struct Alternative: Hashable, Sendable {
        /// The file's name.
        package var file = ""
        /// The value in the terms of that file.
        package var value = ""

        package init() {}

        init(file: String, value: String) {
            self.file = file
            self.value = value
        }
    }

    package init() {
        (controller, file, value, property) = ("", "", "", "")
    }

    init(
        _ controller: String, _ file: String, _ value: String, _ property: String, isOptional: Bool = false,
        alternatives: [Alternative] = []
    ) {
        self.controller = controller
        self.file = file
        self.value = value
        self.property = "linux.resources." + property
        self.isOptional = isOptional
        self.alternatives = alternatives
    }
}

/// Values that depend on each other: the kernel may refuse one until another is written.
///
/// They are written in order; what the kernel refuses with EINVAL is written again after the rest.
package struct LimitGroup: Hashable, Sendable {
    /// The values in their order.
    package var writes: [LimitWrite] = []

    package init() {}

    init(_ writes: [LimitWrite]) { self.writes = writes }
}

/// The limits of a configuration as values for files.
package struct Limits: Hashable, Sendable {
    /// What to write, in order.
    package var groups: [LimitGroup] = []
    /// What is said to the user and not done, as in runc.
    package var warnings: [String] = []

    mutating func add(_ write: LimitWrite) { groups.append(LimitGroup([write])) }

    mutating func add(_ writes: [LimitWrite]) {
        if !writes.isEmpty { groups.append(LimitGroup(writes)) }
    }

    static func invalid(_ property: String, _ value: String, _ reason: String) -> CgroupError {
        CgroupError(property: "linux.resources." + property, value: value, reason: reason)
    }

    /// `major:minor`, or an error for numbers that no device has.
    static func device(_ major: Int64, _ minor: Int64, _ property: String) throws(CgroupError) -> String {
        guard major >= 0, minor >= 0, major <= UInt32.max, minor <= UInt32.max else {
            let name = String(major) + ":" + String(minor)
            throw invalid(property, name, "not a device number: " + name)
        }
        return String(major) + ":" + String(minor)
    }
}
