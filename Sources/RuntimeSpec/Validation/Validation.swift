import ByteStrings
import StrictJSON

extension Spec {
    /// Checks what the values mean, as far as the configuration alone tells: ranges, duplicates, paths, and properties
    /// that need each other. What depends on the host (kernel, cgroups, files, privileges) is not looked at.
    ///
    /// A configuration without `process` is not a finding, because create may do without it.
    ///
    /// - Returns: Everything that is wrong, in the order of the properties; empty if nothing is.
    public func validate() -> [Finding] { validate(searchingNUL: true) }

    private func validate(searchingNUL: Bool) -> [Finding] {
        var validation = Validation(namespaces: linux?.namespaces ?? [])
        validation.check(self)
        return searchingNUL ? validation.findings + NULFinder.findings(in: self, at: "") : validation.findings
    }

    /// Checks a configuration that was decoded. Where a part of it could not be, what may only follow from that is left out.
    func validate(after remarks: SpecDecoder.Remarks) -> [Finding] {
        let findings = remarks.findings
        guard !findings.isEmpty else { return validate(searchingNUL: remarks.mayHoldNUL) }
        var validation = Validation(namespaces: linux?.namespaces ?? [])
        validation.knowsNamespaces = !findings.contains { $0.path.hasPrefix("linux.namespaces") || $0.path == "linux" }
        validation.check(self)
        let broken = findings.map { Self.group(of: $0.path) }
        return validation.findings.filter { !broken.contains(Self.group(of: $0.path)) }
    }

    /// The first two names of a path, without indices: `linux.namespaces` of `linux.namespaces[2].type`.
    private static func group(of path: String) -> Substring {
        var dots = 0
        let end = path.utf8.firstIndex { byte in
            if byte == UInt8(ascii: ".") { dots += 1 }
            return dots == 2 || byte == UInt8(ascii: "[")
        }
        return path[..<(end ?? path.endIndex)]
    }
}

extension Mount {
    /// Checks the destinations of mounts that are to go away; what else they say does not matter for that.
    ///
    /// - Returns: Everything that is wrong; empty if nothing is.
    public static func validate(destinationsOf mounts: [Mount]) -> [Finding] {
        var findings: [Finding] = []
        for (index, mount) in mounts.enumerated() where mount.destination.isEmpty {
            findings.append(Finding(path: "mounts[\(index)].destination", message: "must not be empty"))
        }
        return findings + NULFinder.findings(in: mounts, at: "mounts")
    }
}

extension Process {
    /// Checks what the values mean, as far as the process alone tells.
    ///
    /// - Returns: Everything that is wrong, with paths that start at the process; empty if nothing is.
    public func validate() -> [Finding] {
        var validation = Validation(namespaces: [])
        validation.check(self, at: "")
        return validation.findings + NULFinder.findings(in: self, at: "")
    }
}

extension Resources {
    /// Checks what the values mean, as far as the limits alone tell. They may be a change of limits that are in force
    /// already, so a property that needs another one is not a finding here.
    ///
    /// - Returns: Everything that is wrong, with paths that start at the limits; empty if nothing is.
    public func validate() -> [Finding] {
        var validation = Validation(namespaces: [])
        validation.check(self, at: "", isUpdate: true)
        return validation.findings + NULFinder.findings(in: self, at: "")
    }
}

/// Collects what is wrong with the meaning of values. Paths and messages are made only when there is something to say.
struct Validation {
    private(set) var findings: [Finding] = []
    let namespaces: [Namespace]
    /// Whether the list of namespaces is all that the file has.
    var knowsNamespaces = true

    init(namespaces: [Namespace]) { self.namespaces = namespaces }

    /// Notes a finding. Only so many are kept that hostile input cannot fill the memory.
    mutating func report(_ base: String, _ property: String, _ message: String) {
        guard findings.count < Self.mostFindings else { return }
        let path = base.isEmpty ? property : property.isEmpty ? base : base + "." + property
        findings.append(Finding(path: path, message: message))
    }

    private static let mostFindings = 100

    /// Whether the container has a namespace of its own, new or joined. When nobody knows, the answer is yes.
    func has(_ type: NamespaceType) -> Bool {
        !knowsNamespaces || namespaces.contains { $0.type == type }
    }

    mutating func check(_ spec: Spec) {
        if let process = spec.process { check(process, at: "process") }
        if let root = spec.root {
            if root.path.isEmpty { report("root", "path", "must not be empty") }
        } else {
            report("root", "", "root must be specified")
        }
        check(name: spec.hostname, "hostname")
        check(name: spec.domainname, "domainname")
        check(spec.mounts)
        check(spec.hooks)
        for pair in spec.annotations where pair.key.isEmpty {
            report("annotations[\"\"]", "", "\"\" is not a key: " + quotation(of: pair.value))
        }
        if let linux = spec.linux {
            check(linux)
            if let name = spec.domainname, !name.isEmpty { check(linux.sysctl, against: name) }
        }
        if let process = spec.process { checkGroups(of: process, spec.linux) }
    }

    private mutating func check(name: ByteString?, _ property: String) {
        guard let name else { return }
        if !has(.uts) {
            report(
                property, "", "unable to set " + property + " without a private UTS namespace: " + quotation(of: name))
        }
        if name.count > 64 { report(property, "", quotation(of: name) + " is longer than 64 bytes") }
    }

    private mutating func check(_ linux: LinuxConfiguration) {
        checkNamespaces(linux)
        for pair in linux.sysctl { check(sysctl: pair.key) }
        if let resources = linux.resources { check(resources, at: "linux.resources", isUpdate: false) }
        check(linux.devices)
        checkIDs(of: linux)
        check(linux.netDevices)
        if let seccomp = linux.seccomp { check(seccomp) }
        checkPaths(linux)
        if let intelRdt = linux.intelRdt { check(intelRdt) }
        if let memoryPolicy = linux.memoryPolicy { check(memoryPolicy) }
        for (index, flag) in (linux.personality?.flags ?? []).enumerated() {
            report("linux.personality", "flags[\(index)]", "unknown flag " + quotation(of: flag))
        }
    }

    private mutating func checkPaths(_ linux: LinuxConfiguration) {
        for (index, path) in linux.maskedPaths.enumerated() where !path.isAbsolute {
            report("linux", "maskedPaths[\(index)]", quotation(of: path) + " is not an absolute path")
        }
        for (index, path) in linux.readonlyPaths.enumerated() where !path.isAbsolute {
            report("linux", "readonlyPaths[\(index)]", quotation(of: path) + " is not an absolute path")
        }
        guard !has(.mount), let path = linux.maskedPaths.first ?? linux.readonlyPaths.first else { return }
        report(
            "linux", linux.maskedPaths.isEmpty ? "readonlyPaths" : "maskedPaths",
            "unable to restrict sys entries without a private MNT namespace: " + quotation(of: path))
    }
}
