import CLinuxKernel

/// Makes a user namespace for nothing but its mapping, with the text of its `uid_map` and `gid_map`.
///
/// It lives as long as the descriptor or a mount that uses it. The short-lived child that makes it does nothing but
/// system calls, so a caller with many threads is safe. See user_namespaces(7).
package func makeMappingNamespace(uids: ByteString, gids: ByteString) throws(Errno) -> FileDescriptor {
    let pipe = try FileDescriptor.pipe()
    let readEnd = pipe.read.raw
    let writeEnd = pipe.write.raw
    var arguments = linux_clone_args()
    arguments.flags = UInt64(CLONE_NEWUSER)
    arguments.exit_signal = UInt64(SIGCHLD)
    let child = linux_clone3(&arguments)
    if child == 0 {
        // Another thread of the parent may hold any lock. The end of the parent ends the read, too.
        _ = linux_close(writeEnd)
        var byte: UInt8 = 0
        _ = linux_read(readEnd, &byte, 1)
        pipe.keep()
        linux_exit_group(0)
    }
    let identifier = Int32(try checked(child))
    defer {
        _ = linux_kill(identifier, SIGKILL)
        var status: Int32 = 0
        while linux_wait4(identifier, &status, 0) == -Int(EINTR) {}
        pipe.keep()
    }
    let directory: Path = "/proc/\(identifier)"
    try writeKernelFile("\(directory)/uid_map", uids)
    try writeKernelFile("\(directory)/gid_map", gids)
    return try FileDescriptor.open("\(directory)/ns/user")
}
