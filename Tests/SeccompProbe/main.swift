import ByteStrings
import CLinuxKernel
import ContainerInit
import LinuxKernel
import RuntimeSpec
import Seccomp

// Loads the filter whose bytes in a plan are the argument, in hexadecimal, and exits with the error number that getppid(2) then
// gives. 100 more than that says that there is a listener, 90 to 92 that the filter could not be loaded.
//
// Or, as `--answer ERRNO CALL,CALL PROGRAM ARGUMENTS`, executes a program to which the kernel answers ERRNO for those calls.

if CommandLine.arguments.count > 4, CommandLine.arguments[1] == "--answer" {
    let arguments = CommandLine.arguments.dropFirst(4).map { ByteString($0) }
    let names = ByteString(CommandLine.arguments[3]).parts(separatedBy: UInt8(ascii: ","))
    let profile = SeccompProfile(
        defaultAction: .allow,
        syscalls: [
            SyscallRule(
                names: names.map { SyscallName($0.text) }, action: .errno, errnoRet: UInt32(CommandLine.arguments[2]))
        ])
    do {
        if effectiveUser != 0 { try ProcessControl.setNoNewPrivileges() }
        _ = try SeccompFilter.compile(profile).load()
    } catch {
        exitProcess(90)
    }
    _ = execute(Path(arguments[0]), arguments: Array(arguments), environment: environmentVariables())
    exitProcess(93)
}

guard CommandLine.arguments.count == 2, let bytes = ByteString(hexadecimal: ByteString(CommandLine.arguments[1])) else {
    exitProcess(90)
}
var decoder = PlanDecoder(bytes.bytes)
guard let program = try? decoder.decode(SeccompProgram.self) else { exitProcess(90) }
do throws(Errno) {
    try ProcessControl.setNoNewPrivileges()
    let listener = try program.load()
    let result = linux_syscall(Int(SYS_getppid), 0, 0, 0, 0, 0, 0)
    exitProcess((result < 0 ? Int32(truncatingIfNeeded: -result) : 0) + (listener == nil ? 0 : 100))
} catch {
    exitProcess(error == .invalidArgument ? 91 : 92)
}
