import CLinuxKernel

/// Changes the working directory of this process. See chdir(2).
package func changeDirectory(_ path: Path) throws(Errno) { try check(path.withCString { linux_chdir($0) }) }

/// Gives the file behind `descriptor` to `user`, and to `group` if given. See fchown(2).
package func changeOwner(of descriptor: Int32, user: UInt32, group: UInt32 = .max) throws(Errno) {
    try check(linux_fchown(descriptor, user, group))
}

/// Fails unless this process may execute `path` with its effective ids. See faccessat(2).
package func checkExecutable(_ path: Path) throws(Errno) {
    try check(path.withCString { linux_faccessat(workingDirectory, $0, X_OK, AT_EACCESS) })
}

/// Makes `target` name the open file of `descriptor`, without close-on-exec. See dup2(2).
package func duplicate(_ descriptor: Int32, onto target: Int32) throws(Errno) {
    if descriptor == target {
        try check(linux_fcntl(descriptor, F_SETFD, 0))
    } else {
        try check(linux_dup3(descriptor, target, 0))
    }
}
