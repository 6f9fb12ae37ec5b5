import ByteStrings
import LinuxKernel

extension RootfsSetup {
    /// Makes the container's terminal its `/dev/console`.
    ///
    /// `terminal` is the slave's side, opened from the container's own devpts.
    package func bindConsole(_ terminal: borrowing FileDescriptor) throws(ContainerError) {
        try withoutMask { () throws(ContainerError) in
            do throws(ContainerError) {
                try coverConsole(with: terminal)
            } catch {
                var failure = error
                failure.operation = "mount the terminal on"
                failure.subject = "/dev/console"
                throw failure
            }
        }
    }

    private func coverConsole(with terminal: borrowing FileDescriptor) throws(ContainerError) {
        let status = try explained("stat the terminal") { () throws(Errno) in try terminal.status() }
        // The majors of Unix 98 terminals, see Documentation/admin-guide/devices.txt of the kernel.
        guard status.kind == .characterDevice, (136...143).contains(status.deviceNumber.major) else {
            throw ContainerError(errno: .notTerminal, reason: "/dev/pts of the container gave no terminal")
        }
        let directory = try explained("open /dev in the root file system") { () throws(Errno) in
            try RootedPath("/dev").open(in: root.file, directory: true)
        }
        let target = try makePlace("console", in: directory, permissions: 0o666)
        try explained("bind the terminal") { () throws(Errno) in try bind(terminal, on: target) }
    }
}
