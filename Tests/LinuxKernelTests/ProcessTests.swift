import Testing

@testable import LinuxKernel

struct ProcessTests {
    private func shell(_ script: String, input: [UInt8] = []) throws -> LaunchedProgram {
        try LaunchedProgram.start(
            "/bin/sh", arguments: ["sh", "-c", ByteString(script)], environment: ["A=b"], input: input, directory: nil)
    }

    @Test func aProgramIsHeardAndReaped() throws {
        let program = try shell("cat; echo $A >&2; exit 7", input: Array("in".utf8))
        let output = try program.readAllOutput()
        #expect(Set(output) == Set(Array("inb\n".utf8)))
        #expect(try program.process.waitForEnd(milliseconds: -1))
        var set = PollSet()
        set.add(program.process)
        #expect(try set.wait(milliseconds: 0) == 1)
        let hasEnded = set.hasEnded(program.process)
        #expect(hasEnded)
        #expect(try program.process.reap() == .exited(7))
        if let kept = try program.process.keptStatus() { #expect(kept == .exited(7)) }
    }

    @Test func aSignalEndsIt() throws {
        let program = try shell("sleep 1000")
        #expect(try !program.process.waitForEnd(milliseconds: 0))
        try program.process.send(signal: SignalNumber.kill)
        let status = try program.process.reap()
        #expect(status == .killed(signal: SignalNumber.kill) && status.code == 137)
        #expect(throws: Errno.noSuchProcess) { try program.process.send(signal: SignalNumber.kill) }
    }

    @Test func aGroupEndsAtOnce() throws {
        let program = try shell("sleep 1000 & wait")
        killGroup(of: program.process.pid)
        #expect(try program.process.reap() == .killed(signal: SignalNumber.kill))
        #expect(try program.readAllOutput().isEmpty)
    }

    @Test func theReasonThatThereIsNoProgram() {
        #expect(throws: Errno.noSuchFileOrDirectory) {
            _ = try LaunchedProgram.start(
                "/no/such/program", arguments: ["x"], environment: [], input: [], directory: nil)
        }
        #expect(throws: Errno.permissionDenied) {
            _ = try LaunchedProgram.start("/etc/passwd", arguments: ["x"], environment: [], input: [], directory: nil)
        }
        #expect(execute("/no/such/program", arguments: [], environment: []) == .noSuchFileOrDirectory)
    }

    @Test func aProcessByItsNumber() throws {
        let waiting = try WaitingProcess()
        let handle = try ProcessHandle(pid: waiting.pid)
        #expect(try handle.isChild())
        try sendSignal(0, to: waiting.pid)
        let other = try FileDescriptor.process(waiting.pid)
        var others = DescriptorList()
        others.append(other)
        try others.killProcess(at: 0)
        #expect(try handle.waitForEnd(milliseconds: -1))
    }

    @Test func factsOfThisProcess() throws {
        #expect(processIdentifier > 0)
        #expect(try currentDirectory().isAbsolute)
        #expect(environmentVariable("PATH") != nil && environmentVariable("NO SUCH NAME") == nil)
        #expect(environmentVariables().contains { $0.hasPrefix("PATH=") })
        let masks = try CapabilityMasks.current()
        #expect(masks.effective & ~masks.permitted == 0)
        #expect(try affinityMask().contains { $0 != 0 })
        #expect(hexadecimalText(of: [1, 0]) == "0x1" && hexadecimalText(of: [1, 0xa]) == "0xa0000000000000001")
        #expect(SignalNumber.description(of: 9) == "killed" && SignalNumber.description(of: 60) == "signal 60")
        let now = LocalTime.now()
        #expect(now.year >= 2024 && (1...12).contains(now.month) && abs(now.offset) <= 14 * 3600)
    }

    @Test func patternsOfNames() throws {
        let pattern = try NamePattern("^a+b$")
        #expect(pattern.matches("aab") && !pattern.matches("ab "))
        #expect(throws: NamePattern.Malformed.self) { _ = try NamePattern("(") }
    }

    @Test func namesOfUsers() {
        let file = PasswordFile(Array("root:x:0:0:r:/root:/bin/sh\n:x:5:5::/e\nname:x:5:5\nx\n".utf8))
        #expect(file.home(of: 0) == "/root" && file.name(of: 0) == "root")
        #expect(file.home(of: 5) == "/e" && file.name(of: 5) == "name")
        #expect(file.home(of: 6) == nil && file.name(of: 6) == "#6")
    }
}

/// Namespaces, mounts and terminals.
struct KernelObjectTests {
    @Test func namespacesHaveKinds() throws {
        for (name, kind): (Path, CloneFlags) in [
            ("net", .newNetwork), ("mnt", .newMount), ("pid", .newPID), ("user", .newUser), ("uts", .newUTS),
            ("ipc", .newIPC), ("cgroup", .newCgroup),
        ] {
            let file = try FileDescriptor.open(Path("/proc/self/ns").appending(name))
            #expect(try file.namespaceKind() == kind)
        }
        let null = try FileDescriptor.open("/dev/null")
        #expect(throws: Errno.notTerminal) { _ = try null.namespaceKind() }
    }

    @Test(.enabled(if: effectiveUser == 0, "mapping other ids takes root"))
    func aNamespaceForItsMapping() throws {
        let namespace = try makeMappingNamespace(uids: "0 1000 5", gids: "0 1000 5")
        #expect(try namespace.namespaceKind() == .newUser)
        #expect(throws: Errno.invalidArgument) { _ = try makeMappingNamespace(uids: "0", gids: "0 1000 5") }
    }

    @Test(.enabled(if: effectiveUser == 0, "mounts take root"))
    func aFileSystemThatIsMountedNowhere() throws {
        let context = try FileDescriptor.openFileSystem("tmpfs")
        try context.configure("mode", "0711")
        let mount = try context.makeMount([.noSetuid, .noDevices])
        #expect(try mount.fileSystemKind() == .tmpfs)
        #expect(try mount.status().permissions == 0o711)
        #expect(try mount.mountFlags().isSuperset(of: [.noSetuid, .noDevices]))
        try makeDirectory("inside", at: mount, mode: 0o700)
        try mount.setMountAttributes(MountAttributeChange(set: .readOnly, clear: .noDevices))
        let flags = try mount.mountFlags()
        #expect(flags.contains(.readOnly) && !flags.contains(.noDevices))
        #expect(throws: Errno.readOnlyFileSystem) { try makeDirectory("more", at: mount, mode: 0o700) }
        let copy = try FileDescriptor.cloneTree("inside", at: mount, recursively: false)
        #expect(try copy.status().inode == fileStatus("inside", at: mount).inode)
        #expect(try copy.mountID() != mount.mountID())
        #expect(throws: Errno.noSuchDevice) { _ = try FileDescriptor.openFileSystem("no such type") }
    }

    @Test(.enabled(if: effectiveUser == 0 && fileExists("/dev/pts/ptmx"), "needs root and a devpts"))
    func bothEndsOfATerminal() throws {
        let procfs = try Procfs.openPrivate()
        let master = try PseudoTerminal.openMaster("/dev/pts/ptmx", procfs: procfs)
        #expect(throws: Errno.notTerminal) { _ = try PseudoTerminal.openMaster("/dev/null", procfs: procfs) }
        let isMaster = try PseudoTerminal.isMaster(master)
        #expect(isMaster)
        let terminal = try PseudoTerminal.openPeer(of: master)
        let isTerminal = terminal.isTerminal
        #expect(isTerminal)
        try PseudoTerminal.setSize(of: master, rows: 5, columns: 6)
        let size = PseudoTerminal.size(of: terminal)
        #expect(size?.rows == 5 && size?.columns == 6)
        try TerminalSettings(of: terminal).withoutNewlineTranslation.apply(to: terminal)
        try terminal.writeOnce("a\n")
        #expect(try master.read(count: 9) == [97, 10])
    }
}
