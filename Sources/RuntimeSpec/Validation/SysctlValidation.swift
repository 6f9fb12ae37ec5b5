import ByteStrings
import StrictJSON

extension Validation {
    /// Only what a namespace of the container's own isolates may be set: anything else would change the host.
    mutating func check(sysctl key: ByteString) {
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
    mutating func check(_ sysctl: OrderedPairs<ByteString, ByteString>, against domainname: ByteString) {
        for pair in sysctl where Self.dotted(pair.key) == "kernel.domainname" && pair.value != domainname {
            report(
                PropertyPath("linux.sysctl").member(pair.key).text, "",
                quotation(of: pair.value) + " conflicts with the OCI \"domainname\" field: "
                    + quotation(of: domainname))
        }
    }

    /// Whether a key has an empty part or one that leads out of its directory: two separators in a row.
    private static func isUnclean(_ key: ByteString) -> Bool {
        var wasSeparator = true
        for byte in key {
            let isSeparator = byte == UInt8(ascii: ".") || byte == UInt8(ascii: "/")
            if isSeparator, wasSeparator { return true }
            wasSeparator = isSeparator
        }
        return wasSeparator
    }

    /// The name with dots between its parts. If the first separator is a slash, slashes separate and dots are letters.
    private static func dotted(_ key: ByteString) -> ByteString {
        let separator = key.first { $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "/") }
        guard separator == UInt8(ascii: "/") else { return key }
        let (dot, slash) = (UInt8(ascii: "."), UInt8(ascii: "/"))
        return ByteString(bytes: key.map { $0 == slash ? dot : $0 == dot ? slash : $0 })
    }

    private static let ipcParameters: [ByteString] = [
        "kernel.msgmax", "kernel.msgmnb", "kernel.msgmni", "kernel.sem", "kernel.shmall", "kernel.shmmax",
        "kernel.shmmni", "kernel.shm_rmid_forced",
    ]
}
