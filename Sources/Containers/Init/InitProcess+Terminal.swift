import Linux

extension InitProcess {
    /// Makes the program's terminal of the container's own devpts and tells its master to the runtime.
    func openTerminal(_ step: TerminalStep) throws(ContainerError) {
        let procfs = try ownProcfs()
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
    }

    /// Those of the standard streams that are the host's null device become the container's, if it has one.
    ///
    /// Whatever else lies there in its place, the host's stays.
    func reopenNullStreams() throws(ContainerError) {
        var device: FileDescriptor?
        for descriptor in Int32(0)...2 where isNullDevice(descriptor) {
            if device == nil { device = try openNullDevice() }
            guard let raw = device.raw else { return }
            try attempt("dup3", "/dev/null") { () throws(Errno) in try duplicate(raw, onto: descriptor) }
        }
    }

    /// Opens the container's null device once it is known to be that: to open some files is an act, or never ends.
    private func openNullDevice() throws(ContainerError) -> FileDescriptor? {
        let procfs = try ownProcfs()
        do throws(Errno) {
            let place = try FileDescriptor.open("/dev/null", .path)
            guard isNullDevice(place.raw) else { return nil }
            return try Procfs.reopen(place.raw, in: procfs, [.readWrite, .noControllingTerminal])
        } catch {
            return nil
        }
    }

    private func isNullDevice(_ descriptor: Int32) -> Bool {
        do throws(Errno) {
            let status = try fileStatus(of: descriptor)
            return status.kind == .characterDevice && status.deviceNumber == (1, 3)
        } catch {
            // Closed.
            return false
        }
    }

    func perform(_ operation: RootfsOperation) throws(ContainerError) { try rootfsSetup().perform(operation) }

    /// The file system part of the set-up, made while /proc is the host's.
    func rootfsSetup() throws(ContainerError) -> RootfsSetup {
        if let rootfs { return rootfs }
        guard !hasJoined else {
            throw ContainerError(
                operation: "open", subject: "a procfs of its own", errno: .noSuchFileOrDirectory,
                remedy: "the runtime needs /proc, and takes none that a container may have made")
        }
        let procfs = try attempt("open", "a procfs of its own") { () throws(Errno) in try Procfs.openPrivate() }
        let setup = try RootfsSetup(procfs: procfs, descriptors: descriptors)
        setup.mapIDs = { [unowned self] (tree, slot) throws(ContainerError) in
            try tell(.mapIDs(slot), with: tree)
            try awaitProceed()
        }
        setup.requestTree = { [unowned self] (slot) throws(ContainerError) in
            try tell(.mountSource(slot))
            return try awaitProceedWithDescriptor()
        }
        rootfs = setup
        return setup
    }
}
