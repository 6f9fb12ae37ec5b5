import Linux

extension InitProcess {
    /// Makes the program's terminal of the container's own devpts and tells its master to the runtime.
    func openTerminal(_ step: TerminalStep) throws(ContainerError) {
        let procfs = try rootfsSetup().ownProcfs
        let master = try attempt("open", "/dev/pts/ptmx") { () throws(Errno) in
            try PseudoTerminal.openMaster("/dev/pts/ptmx", procfs: procfs)
        }
        let terminal = try attempt("ioctl(TIOCGPTPEER)", "/dev/pts/ptmx") { () throws(Errno) in
            try PseudoTerminal.openPeer(of: master.raw)
        }
        if step.height != 0, step.width != 0 {
            try attempt("ioctl(TIOCSWINSZ)", "\(step.width)x\(step.height)") { () throws(Errno) in
                try PseudoTerminal.setSize(of: master.raw, rows: step.height, columns: step.width)
            }
        }
        do throws(Errno) {
            try changeOwner(of: terminal.raw, user: step.user)
        } catch {
            guard error == .notPermitted || error == .readOnlyFileSystem || error == .invalidArgument else {
                throw ContainerError(operation: "fchown", subject: "the terminal", errno: error)
            }
        }
        if step.isConsole { try rootfsSetup().bindConsole(terminal.raw) }
        try tell(.terminal, with: master.raw)
        for target in Int32(0)...2 {
            try attempt("dup3", "the terminal") { () throws(Errno) in try duplicate(terminal.raw, onto: target) }
        }
        try attempt("ioctl(TIOCSCTTY)") { () throws(Errno) in try PseudoTerminal.makeControlling(0) }
    }

    func reopenNullStreams() throws(ContainerError) {
        do throws(Errno) {
            var device: FileDescriptor?
            for descriptor in Int32(0)...2 where try isNullDevice(descriptor) {
                if device == nil {
                    device = try FileDescriptor.open("/dev/null", [.readWrite, .noControllingTerminal])
                }
                // An image can put anything there; then the host's stays.
                guard let raw = device.raw, try isNullDevice(raw) else { return }
                try duplicate(raw, onto: descriptor)
            }
        } catch .noSuchFileOrDirectory {
            return
        } catch .badFileDescriptor {
            return
        } catch {
            throw ContainerError(operation: "open", subject: "/dev/null", errno: error)
        }
    }

    private func isNullDevice(_ descriptor: Int32) throws(Errno) -> Bool {
        let status = try fileStatus(of: descriptor)
        return status.kind == .characterDevice && status.deviceNumber == (1, 3)
    }

    func perform(_ operation: RootfsOperation) throws(ContainerError) { try rootfsSetup().perform(operation) }

    /// The file system part of the set-up, made while /proc is the host's.
    func rootfsSetup() throws(ContainerError) -> RootfsSetup {
        if let rootfs { return rootfs }
        let procfs = try attempt("open", "a procfs of its own") { () throws(Errno) in try Procfs.openPrivate() }
        let setup = try RootfsSetup(procfs: procfs, descriptors: descriptors)
        setup.mapIDs = { [unowned self] (tree, slot) throws(ContainerError) in
            try tell(.mapIDs(slot), with: tree)
            try awaitProceed()
        }
        rootfs = setup
        return setup
    }
}
