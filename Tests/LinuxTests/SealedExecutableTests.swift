import Foundation
import Linux
import Testing

/// The program a container's init runs must not be a way to the host's file (CVE-2019-5736).
@Test func theSealedExecutableCannotBeWritten() throws {
    let program = try SealedExecutable.open()
    let path = "/proc/self/fd/\(program.raw)"
    #expect(open(path, O_WRONLY) == -1)
    #expect(open(path, O_RDWR | O_TRUNC) == -1)
    let status = try program.status()
    #expect(status.kind == .regular)
    #expect(status.size == (try fileStatus("/proc/self/exe").size))
}
