import CLinuxKernel
import LinuxKernel
import Seccomp

// Loads the filter whose words are the arguments in hexadecimal, and exits with the error number that getppid(2) then
// gives. 100 more than that says that there is a listener, 90 to 92 that the filter could not be loaded.

let words = CommandLine.arguments.dropFirst().compactMap { UInt64($0, radix: 16) }
guard let program = SeccompProgram(words: words) else { exitProcess(90) }
do throws(Errno) {
    try ProcessControl.setNoNewPrivileges()
    let listener = try program.load()
    let result = linux_syscall(Int(SYS_getppid), 0, 0, 0, 0, 0, 0)
    exitProcess((result < 0 ? Int32(truncatingIfNeeded: -result) : 0) + (listener == nil ? 0 : 100))
} catch {
    exitProcess(error == .invalidArgument ? 91 : 92)
}
