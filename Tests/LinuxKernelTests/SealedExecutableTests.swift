import LinuxKernel
import Testing

/// The program a container's init runs must not be a way to the host's file (CVE-2019-5736), also while its maker has all open.
@Test(.enabled(if: effectiveUser == 0, "an overlay and a copy of a mount take root"), arguments: [false, true])
func theSealedExecutableCannotBeWritten(_ isUnseen: Bool) throws {
    let executable = try SealedExecutable.open(isUnseen: isUnseen)
    let path = executable.program.procPath
    #expect(throws: Errno.self) { _ = try FileDescriptor.open(path, .writeOnly) }
    #expect(throws: Errno.self) { _ = try FileDescriptor.open(path, [.readWrite, .truncate]) }
    let status = try executable.program.status()
    #expect(status.kind == .regular)
    #expect(status.size == (try fileStatus("/proc/self/exe").size))
    guard executable.protection != .memoryCopy else { return }
    // Nor does it lead to the mount, which could be changed.
    #expect(throws: Errno.invalidArgument) {
        try executable.program.setMountAttributes(MountAttributeChange(clear: .readOnly))
    }
    #expect(throws: Errno.notDirectory) { _ = try FileDescriptor.open("\(path)/..", .path) }
    guard executable.protection == .readOnlyMount else { return }
    #expect(throws: Errno.invalidArgument) {
        _ = try FileDescriptor.cloneTree(at: executable.program, recursively: false)
    }
}
