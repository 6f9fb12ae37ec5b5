import JSON

extension Validation {
    /// Only what a namespace of the container's own isolates may be set: anything else would change the host.
    mutating func check(sysctl key: String) {
        let name = Self.dotted(key)
        func report(_ message: String) {
            self.report(PropertyPath("linux.sysctl").member(key).text, "", message)
        }
        if Self.isUnclean(key) {
            return report("sysctl " + quotation(of: key) + " is not the name of a kernel parameter")
        }
        if Self.ipcParameters.contains(name) || name.hasPrefix("fs.mqueue.") {
            if !has(.ipc) { report("sysctl " + quotation(of: name) + " is not allowed in the hosts ipc namespace") }
        } else if name.hasPrefix("net.") {
            if !has(.network) { report("sysctl " + quotation(of: name) + " not allowed in host network namespace") }
        } else if name == "kernel.domainname", has(.uts) {
            return
        } else if name == "kernel.hostname", has(.uts) {
            let field = "the OCI \"hostname\" field"
            report("sysctl " + quotation(of: name) + " is not allowed as it conflicts with " + field)
        } else if name.hasPrefix("user.") {
            if !has(.user) { report("setting ucounts without a user namespace not allowed: " + quotation(of: name)) }
        } else {
            report("sysctl " + quotation(of: name) + " is not in a separate kernel namespace")
        }
    }

    /// The domain name has two places in a configuration, which must not contradict each other.
    mutating func check(_ sysctl: OrderedPairs<String, String>, against domainname: String) {
        for pair in sysctl where Self.dotted(pair.key) == "kernel.domainname" && pair.value != domainname {
            report(
                PropertyPath("linux.sysctl").member(pair.key).text, "",
                quotation(of: pair.value) + " conflicts with the OCI \"domainname\" field: "
                    + quotation(of: domainname))
        }
    }

    /// Whether a key has an empty part or one that leads out of its folder: two separators in a row.
    private static func isUnclean(_ key: String) -> Bool {
        var wasSeparator = true
        for byte in key.utf8 {
            let isSeparator = byte == UInt8(ascii: ".") || byte == UInt8(ascii: "/")
            if isSeparator, wasSeparator { return true }
            wasSeparator = isSeparator
        }
        return wasSeparator
    }

    /// The name with dots between its parts. If the first separator is a slash, slashes separate and dots are letters.
    private static func dotted(_ key: String) -> String {
        let separator = key.utf8.first { $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "/") }
        guard separator == UInt8(ascii: "/") else { return key }
        return String(key.map { $0 == "/" ? "." : $0 == "." ? "/" : $0 })
    }

    private static let ipcParameters = [
        "kernel.msgmax", "kernel.msgmnb", "kernel.msgmni", "kernel.sem", "kernel.shmall", "kernel.shmmax",
        "kernel.shmmni", "kernel.shm_rmid_forced",
    ]
}
