import LinuxKernel
import Testing

/// The program a container's init runs must not be a way to the host's file (CVE-2019-5736).
@Test(.enabled(if: effectiveUser == 0, "an overlay takes root"))
func theSealedExecutableCannotBeWritten() throws {
    let executable = try SealedExecutable.open()
    let path = executable.program.procPath
    #expect(throws: Errno.self) { _ = try FileDescriptor.open(path, .writeOnly) }
    #expect(throws: Errno.self) { _ = try FileDescriptor.open(path, [.readWrite, .truncate]) }
    let status = try executable.program.status()
    #expect(status.kind == .regular)
    #expect(status.size == (try fileStatus("/proc/self/exe").size))
}
