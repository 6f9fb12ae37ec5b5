import CLinuxKernel

/// The absolute path of the working directory; one outside of the root does not start with a slash. See getcwd(2).
package func currentDirectory() throws(Errno) -> Path {
    var failure: Errno?
    let bytes = [UInt8](unsafeUninitializedCapacity: 4096) { buffer, size in
        let result = buffer.withMemoryRebound(to: CChar.self) { linux_getcwd($0.baseAddress, 4096) }
        // The length counts the NUL at the end.
        if result < 0 { failure = Errno(rawValue: Int32(truncatingIfNeeded: -result)) } else { size = result - 1 }
    }
    if let failure { throw failure }
    return Path(ByteString(bytes: bytes))
}

/// Changes the working directory of this process. See chdir(2).
package func changeDirectory(_ path: Path) throws(Errno) { try check(path.withCString { linux_chdir($0) }) }

/// Makes `path` the root of the calling process. See chroot(2).
package func changeRoot(_ path: Path) throws(Errno) {
    try check(path.withCString { linux_chroot($0) })
}

/// Makes an open directory the working directory. See fchdir(2).
package func changeDirectory(_ directory: borrowing FileDescriptor) throws(Errno) {
    try check(linux_fchdir(directory.raw))
}
