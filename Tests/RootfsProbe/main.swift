// Performs an encoded list of operations on a root file system in new namespaces, the way the init of a container does,
// and then runs a program in it. A test process has many threads and cannot go into a mount namespace itself.
import CLinuxKernel
import ContainerRuntime
import LinuxKernel

@testable import ContainerInit
@testable import ContainerPlan
@testable import ContainerSteps

/// Ends the process with a text for the test.
func fail(_ text: String) -> Never {
    do throws(Errno) {
        try SharedDescriptor.standardOutput.file.write(Array((text + "\n").utf8))
    } catch {
        linux_exit_group(4)
    }
    linux_exit_group(3)
    while true {}
}

func performScenario(_ scenario: ProbeScenario) -> Never {
    do throws(ContainerError) {
        if scenario.hasUserNamespace {
            _ = linux_setresgid(0)
            _ = linux_setresuid(0)
        }
        let slots = Slots()
        for (slot, number) in zip(scenario.slots, scenario.numbers) {
            slots.fill(slot, number.take())
        }
        let procfs = try attempt("open", "procfs") { () throws(Errno) in try Procfs.openPrivate() }
        let rootfs = try RootfsSetup(procfs: SharedDescriptor(procfs), slots: slots)
        for planned in scenario.steps {
            guard let step = planned.step as? any RootfsStep else { fail("no step of the file system") }
            try step.perform(in: rootfs)
        }
        if scenario.hasConsole {
            let terminal = try attempt("open", "a terminal") { () throws(Errno) in
                let master = try PseudoTerminal.openMaster("/dev/pts/ptmx", procfs: rootfs.procfs.file)
                let peer = try PseudoTerminal.openPeer(of: master)
                // Kept open until the program starts: without a master the terminal is dead.
                master.leaveOpen()
                return peer
            }
            try rootfs.bindConsole(terminal)
        }
    } catch {
        fail(error.message)
    }
    var arguments: [UnsafeMutablePointer<CChar>?] = scenario.program.map { strdup($0) }
    arguments.append(nil)
    var environment: [UnsafeMutablePointer<CChar>?] = [strdup("PATH=/bin"), nil]
    _ = linux_chdir("/")
    let result = linux_execve(scenario.program[0], &arguments, &environment)
    fail("exec: " + Errno(rawValue: Int32(-result)).message)
}

func run(_ path: String) throws(Errno) -> Int32 {
    var decoder = PlanDecoder(try readRegularFile(Path(path), limit: 1 << 24))
    var scenario: ProbeScenario
    do throws(PlanCodingError) {
        scenario = try ProbeScenario(from: &decoder)
    } catch {
        fail("the scenario cannot be read")
    }
    for source in scenario.sources {
        do throws(ContainerError) {
            let tree = try source.prepare()
            scenario.numbers.append(tree.number)
            tree.leaveOpen()
            scenario.slots.append(source.slot)
        } catch {
            fail(error.message)
        }
    }
    let ready = try FileDescriptor.pipe()
    var arguments = linux_clone_args()
    arguments.flags = UInt64(CLONE_NEWNS) | UInt64(CLONE_NEWIPC) | UInt64(CLONE_NEWUTS) | UInt64(CLONE_NEWPID)
    if scenario.hasNetworkNamespace { arguments.flags |= UInt64(CLONE_NEWNET) }
    if scenario.hasCgroupNamespace { arguments.flags |= UInt64(CLONE_NEWCGROUP) }
    if scenario.hasUserNamespace { arguments.flags |= UInt64(CLONE_NEWUSER) }
    arguments.exit_signal = UInt64(SIGCHLD)
    let child = Int32(try check(linux_clone3(&arguments)))
    if child == 0 {
        var byte: UInt8 = 0
        let count = linux_read(ready.read.number.rawValue, &byte, 1)
        ready.keep()
        guard count == 1 else { fail("nobody says that it may go on") }
        performScenario(scenario)
    }
    if scenario.hasUserNamespace {
        try writeKernelFile("/proc/\(child)/uid_map", "0 \(scenario.firstHostID) 65536\n")
        try writeKernelFile("/proc/\(child)/gid_map", "0 \(scenario.firstHostID) 65536\n")
    }
    try ready.write.write([1])
    var status: Int32 = 0
    _ = try checkRetrying { linux_wait4(child, &status, 0) }
    return status & 0x7f == 0 ? (status >> 8) & 0xff : 128 + (status & 0x7f)
}

do throws(Errno) {
    guard CommandLine.arguments.count == 2 else { fail("usage: RootfsProbe SCENARIO") }
    linux_exit_group(try run(CommandLine.arguments[1]))
} catch {
    fail(error.message)
}
