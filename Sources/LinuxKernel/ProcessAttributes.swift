import CLinuxKernel

/// Sets a resource limit of this process. See prlimit(2).
package func setResourceLimit(_ resource: Int32, soft: UInt64, hard: UInt64) throws(Errno) {
    var limits = (soft, hard)
    let result = withUnsafePointer(to: &limits) {
        $0.withMemoryRebound(to: UInt64.self, capacity: 2) { limits in
            metered { linux_prlimit(0, resource, limits, nil) }
        }
    }
    try checked(result)
}

/// Sets the execution domain of this process. See personality(2).
package func setPersonality(_ domain: UInt) throws(Errno) { try check(linux_personality(domain)) }

/// Makes this process the leader of a new session. See setsid(2).
package func makeSession() throws(Errno) { try check(linux_setsid()) }
