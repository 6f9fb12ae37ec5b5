import CLinuxKernel

/// Sets the name of the UTS namespace. See sethostname(2).
package func setHostname(_ name: ByteString) throws(Errno) {
    try check(name.withCString { linux_sethostname($0, name.count) })
}

/// Sets the NIS domain name of the UTS namespace. See setdomainname(2).
package func setDomainname(_ name: ByteString) throws(Errno) {
    try check(name.withCString { linux_setdomainname($0, name.count) })
}
