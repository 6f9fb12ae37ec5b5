import ByteStrings
import LinuxKernel

/// The container's view of the file system while the child makes it.
///
/// Everything below the root was filled by somebody hostile. So each path in it is resolved once, inside the root, to a
/// descriptor, and all that happens to it goes to that descriptor. Only a process with a single thread in the
/// container's mount namespace may use this; it changes the working directory.
package final class RootfsSetup {
    /// The runtime's own procfs, which nothing of the container can reach.
    package let procfs: SharedDescriptor
    /// What the parent prepared.
    package let slots: Slots
    /// The directory with the own descriptors, for calls that take nothing but a path.
    private var numbers: FileDescriptor
    /// Whether that is the working directory.
    private var isInDescriptorDirectory = false
    /// The file creation mask of the runtime's caller, while there is none.
    private var callersMask: UInt32?
    /// The file creation mask that the process has since `restoreMask`; nil before.
    private(set) var mask: UInt32?
    /// The container's root directory, once there is one.
    package private(set) var root = SharedDescriptor(.unopened)
    /// What it is; nil before somebody has asked.
    private var rootStatus: FileStatus?
    /// Whether the root lies in a procfs; nil before somebody has asked.
    private var rootIsProc: Bool?
    /// Has the parent map the ids of a tree, by the step of its slot.
    package var mapIDs: ((borrowing FileDescriptor, Slot) throws(ContainerError) -> Void)?
    /// The pid namespace of the container, if this process has joined it for its children only.
    package var pidNamespace: SharedDescriptor?
    /// Has the parent prepare the tree of a slot that it has left empty.
    package var requestTree: ((Slot) throws(ContainerError) -> FileDescriptor?)?
    /// Mounts that become read-only at the end.
    package var writableForNow: [MountedPlace] = []
    /// What takes a change of a running container's mounts back, and adds to a failure what it could not; nil where there is
    /// no such change.
    package var reversal: ((RootfsSetup, inout ContainerError) -> Void)?
    /// The mounts that were made so far, where they may have to be taken away again; nil where nobody asks.
    package var made: [MountedPlace]?
    /// Device nodes that the parent made, by the names it gave them.
    package var preparedDevices: [MountedPlace] = []
    /// The first empty file system that was mounted, as long as nothing covers it.
    package var newDirectory: NewDirectory?
    /// Descriptors that are not needed any more.
    private var unneeded = ClosingRow()
    /// The container's directory of devices, once the first device was made.
    package var deviceDirectory: SharedDescriptor?
    /// The permissions that a node of root's in it kept when it was made: the directory's rules leave them alone. Nil before
    /// there was one.
    package var keptPermissions: UInt32?
    /// A node that is known to be the null device, in a mount of the container.
    package var nullDevice: NullDevice?

    /// Starts with a procfs of the own pid namespace; see `Procfs.openPrivate`.
    package init(procfs: SharedDescriptor, slots: Slots) throws(ContainerError) {
        let directory = try Self.openDescriptorDirectory(in: procfs.file)
        self.procfs = procfs
        self.slots = slots
        numbers = directory
    }

    private static func openDescriptorDirectory(in procfs: borrowing FileDescriptor) throws(ContainerError)
        -> FileDescriptor
    {
        try attempt("open", "/proc/self/fd") { () throws(Errno) in
            try Procfs.openDescriptors(in: procfs)
        }
    }

    /// Goes on in another process than the one it was made in.
    package func openDescriptorDirectory() throws(ContainerError) {
        numbers = try Self.openDescriptorDirectory(in: procfs.file)
        isInDescriptorDirectory = false
    }

    package func setRoot(_ directory: consuming FileDescriptor) {
        rootStatus = nil
        rootIsProc = nil
        root = SharedDescriptor(directory)
    }

    /// Goes on in a mount that lies on the root: what follows is made in it, and it becomes the container's root.
    package func adoptRoot(_ mount: borrowing FileDescriptor) throws(ContainerError) {
        deviceDirectory = nil
        keptPermissions = nil
        newDirectory = nil
        setRoot(try attempt("dup", "the root file system") { () throws(Errno) in try mount.duplicate() })
    }

    package func isRoot(_ status: FileStatus) throws(Errno) -> Bool {
        let root = try statusOfRoot()
        return status.inode == root.inode && status.device == root.device
    }

    /// Whether a file lies in the file system of the container's root.
    package func isOnRootFileSystem(_ status: FileStatus) throws(Errno) -> Bool {
        try status.device == statusOfRoot().device
    }

    private func statusOfRoot() throws(Errno) -> FileStatus {
        if let rootStatus { return rootStatus }
        let status = try root.file.status()
        rootStatus = status
        return status
    }

    /// Whether that file system is a procfs.
    package func isRootProc() throws(Errno) -> Bool {
        if let rootIsProc { return rootIsProc }
        let isProc = try root.file.fileSystemKind() == .proc
        rootIsProc = isProc
        return isProc
    }
}

/// A mount that is held by its descriptor.
package final class MountedPlace {
    package let destination: Path
    package let mount: FileDescriptor

    package init(destination: Path, mount: consuming FileDescriptor) {
        self.destination = destination
        self.mount = mount
    }
}

// MARK: - Calls on descriptors

extension RootfsSetup {
    /// Closes a descriptor of the container's own file system with others, before anybody's path is followed that could lead
    /// through it. What is the host's is closed at once.
    package func closeLater(_ file: consuming FileDescriptor) { unneeded.take(file) }

    /// Makes files and directories get the permissions they are made with, whatever mask the caller of the runtime has, until
    /// `restoreMask`.
    package func clearMask() {
        mask = nil
        if callersMask == nil { callersMask = setFileCreationMask(0) }
    }

    /// Gives the mask of the runtime's caller back, for what goes by it.
    package func restoreMask() {
        guard let mask = callersMask.take() else { return }
        setFileCreationMask(mask)
        self.mask = mask
    }

    /// The same as `clearMask`, for one thing.
    package func withoutMask(_ body: () throws(ContainerError) -> Void) throws(ContainerError) {
        let mask = setFileCreationMask(0)
        defer { setFileCreationMask(mask) }
        try body()
    }

    /// Mounts on what the descriptor `target` names, or changes the mount that it names.
    ///
    /// mount(2) takes a path: a number in the own directory of descriptors, which leads to the file itself, whatever
    /// happened to its name.
    package func mount(
        _ source: Path?, on target: borrowing FileDescriptor, type: ByteString? = nil, _ flags: MountFlags,
        data: ByteString? = nil
    ) throws(Errno) {
        try enterDescriptorDirectory()
        try LinuxKernel.mount(source, on: target.entryName, type: type, flags, data: data)
    }

    /// Makes a number as a path mean the own descriptor of that number.
    package func enterDescriptorDirectory() throws(Errno) {
        if isInDescriptorDirectory { return }
        try changeDirectory(numbers)
        isInDescriptorDirectory = true
    }

    /// Enters another directory.
    package func enter(_ directory: borrowing FileDescriptor) throws(Errno) {
        leaveDescriptorDirectory()
        try changeDirectory(directory)
    }

    /// Remembers that the working directory is, or is about to be, another.
    package func leaveDescriptorDirectory() { isInDescriptorDirectory = false }

    /// Opens the file behind an own descriptor anew, with other flags.
    ///
    /// - Throws: `ESTALE` if that leads to another file.
    package func reopen(_ file: borrowing FileDescriptor, _ flags: OpenFlags) throws(Errno) -> FileDescriptor {
        try Procfs.reopen(file, among: numbers, flags)
    }

    /// Opens the null device for reading and writing, where its node is known; nil where it is not.
    package func openNullDevice() throws(Errno) -> FileDescriptor? {
        guard let nullDevice else { return nil }
        // The directory of descriptors lies in a procfs that is the runtime's own.
        return try FileDescriptor.open(nullDevice.place, at: numbers, [.readWrite, .noControllingTerminal])
    }

    /// Binds the file or directory behind `source` on `target`.
    package func bind(
        _ source: borrowing FileDescriptor, on target: borrowing FileDescriptor, recursively: Bool = false
    ) throws(Errno) {
        try mount(source.entryName, on: target, recursively ? [.bind, .recursive] : .bind)
    }

    /// Changes the propagation of the mount behind `descriptor`.
    package func setPropagation(_ flags: MountFlags, of descriptor: borrowing FileDescriptor) throws(Errno) {
        do throws(Errno) {
            try descriptor.setMountAttributes(
                MountAttributeChange(propagation: flags.intersection(.propagation)),
                recursively: flags.contains(.recursive))
        } catch .noSuchSystemCall {
            try mount(nil, on: descriptor, flags)
        } catch .notPermitted {
            try mount(nil, on: descriptor, flags)
        }
    }

    /// Makes the mount behind `descriptor` read-only and leaves its other flags.
    package func makeReadOnly(_ descriptor: borrowing FileDescriptor) throws(Errno) {
        do throws(Errno) {
            try descriptor.setMountAttributes(MountAttributeChange(set: .readOnly))
        } catch .noSuchSystemCall {
            try remountReadOnly(descriptor)
        } catch .notPermitted {
            try remountReadOnly(descriptor)
        }
    }

    private func remountReadOnly(_ descriptor: borrowing FileDescriptor) throws(Errno) {
        let kept = try descriptor.mountFlags().intersection(.perMount)
        try mount(nil, on: descriptor, kept.union([.remount, .bind, .readOnly]))
    }
}

/// Runs `body`; an `Errno` it throws becomes an error whose `reason` tells what was done.
@inline(__always)
package func explained<Result: ~Copyable>(
    _ reason: @autoclosure () -> String, _ body: () throws(Errno) -> Result
) throws(ContainerError) -> Result {
    do throws(Errno) {
        return try body()
    } catch {
        throw ContainerError(errno: error, reason: reason())
    }
}
