import LinuxKernel
import Testing

/// Engines match on the texts of errors, so they must be the C library's, in lower case.
@Test(arguments: [
    (1, "EPERM", "operation not permitted"), (2, "ENOENT", "no such file or directory"),
    (3, "ESRCH", "no such process"), (13, "EACCES", "permission denied"), (16, "EBUSY", "device or resource busy"),
    (19, "ENODEV", "no such device"), (20, "ENOTDIR", "not a directory"), (21, "EISDIR", "is a directory"),
    (22, "EINVAL", "invalid argument"), (34, "ERANGE", "numerical result out of range"),
])
func messagesAreThoseOfTheCLibrary(number: Int32, name: String, message: String) {
    #expect(Errno(rawValue: number).name == name)
    #expect(Errno(rawValue: number).message == message)
}

@Test func unknownNumbersKeepTheirNumber() {
    #expect(Errno(rawValue: 4000).message == "errno 4000")
}

@Test func waitStatusesBecomeExitCodes() {
    #expect(ProcessStatus(waitStatus: 7 << 8) == .exited(7))
    #expect(ProcessStatus(waitStatus: 9).code == 137)
    #expect(ProcessStatus(waitStatus: 0x86).code == 134)
}
