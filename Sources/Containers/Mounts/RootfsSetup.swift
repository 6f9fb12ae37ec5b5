import Linux

/// The container's view of the file system while the child makes it.
///
/// Everything below the root was filled by somebody hostile. So each path in it is resolved once, inside the root, to a
/// descriptor, and all that happens to it goes to that descriptor. Only a process with a single thread in the
/// container's mount namespace may use this; it changes the working directory.
package final class RootfsSetup {
    /// A procfs that nothing of the container can reach.
    let procfs: FileDescriptor
    /// What the parent prepared.
    let descriptors: DescriptorTable
    /// The folder with the own descriptors, for calls that take nothing but a path.
    private var numbers: FileDescriptor
    private var rootFolder: FileDescriptor?
    private var rootDevice: UInt64 = 0
    private var rootInode: UInt64 = 0
    /// Has the parent map the ids of a tree, by the step of its slot.
    var mapIDs: ((Int32, Slot) throws(ContainerError) -> Void)?
    /// The pid namespace of the container, if this process has joined it for its children only.
    var pidNamespace: FileDescriptor?
    /// Has the parent prepare the tree of a slot that it has left empty.
    var requestTree: ((Slot) throws(ContainerError) -> FileDescriptor?)?
    /// Mounts that become read-only at the end.
    var writableForNow: [MountedPlace] = []
    /// Device nodes that the parent made, by the names it gave them.
    var preparedDevices: [MountedPlace] = []
    /// The container's folder of devices, once the first device was made.
    var deviceFolder: FileDescriptor?
    /// A node that is known to be the null device, in a mount of the container.
    var nullDevice: FileDescriptor?

    /// Starts with a procfs of the own pid namespace; see `Procfs.openPrivate`.
    package init(procfs: consuming FileDescriptor, descriptors: DescriptorTable) throws(ContainerError) {
        let folder = try Self.openDescriptorFolder(in: procfs.raw)
        self.procfs = procfs
        self.descriptors = descriptors
        numbers = folder
    }

    private static func openDescriptorFolder(in procfs: Int32) throws(ContainerError) -> FileDescriptor {
        try attempt("open", "/proc/self/fd") { () throws(Errno) in
            try FileDescriptor.open("self/fd", at: procfs, [.path, .directory])
        }
    }

    /// Goes on in another process than the one it was made in.
    func openDescriptorFolder() throws(ContainerError) {
        numbers = try Self.openDescriptorFolder(in: procfs.raw)
    }

    /// The container's root folder.
    package var root: Int32 { rootFolder?.raw ?? -1 }

    /// The runtime's own procfs, for the files that are written later, such as `self/attr/exec`.
    package var ownProcfs: Int32 { procfs.raw }

    func setRoot(_ folder: consuming FileDescriptor) throws(ContainerError) {
        let status = try attempt("stat", "the root file system") { () throws(Errno) in try folder.status() }
        guard status.kind == .directory else {
            throw ContainerError(operation: "open", subject: "the root file system", errno: .notDirectory)
        }
        rootDevice = status.device
        rootInode = status.inode
        rootFolder = consume folder
    }

    /// Goes on in a mount that lies on the root: what follows is made in it, and it becomes the container's root.
    func adoptRoot(_ mount: Int32) throws(ContainerError) {
        deviceFolder = nil
        try setRoot(
            try attempt("dup", "the root file system") { () throws(Errno) in try FileDescriptor(duplicating: mount) })
    }

    func isRoot(_ status: FileStatus) -> Bool { status.inode == rootInode && status.device == rootDevice }

    /// Performs one operation.
    package func perform(_ operation: RootfsOperation) throws(ContainerError) {
        switch operation {
        case .prepareRoot(let step): try perform(step)
        case .mount(let step): try withoutMask { () throws(ContainerError) in try perform(step) }
        case .takeDevices(let step): try perform(step)
        case .makeDevice(let step): try withoutMask { () throws(ContainerError) in try perform(step) }
        case .makeDeviceLinks(let step): try perform(step)
        case .switchRoot(let step): try perform(step)
        case .setPropagation(let step): try perform(step)
        case .setSysctl(let step): try perform(step)
        case .makeMountsReadonly(let step): try perform(step)
        case .makePathsReadonly(let step): try perform(step)
        case .maskPaths(let step): try perform(step)
        case .makeRootReadonly(let step): try perform(step)
        }
    }
}

/// A mount that is held by its descriptor.
final class MountedPlace {
    let destination: Path
    let mount: FileDescriptor

    init(destination: Path, mount: consuming FileDescriptor) {
        self.destination = destination
        self.mount = mount
    }
}

// MARK: - Calls on descriptors

extension RootfsSetup {
    /// Makes files and folders get the permissions they are made with, whatever mask the caller of the runtime has.
    func withoutMask(_ body: () throws(ContainerError) -> Void) throws(ContainerError) {
        let mask = setFileCreationMask(0)
        defer { setFileCreationMask(mask) }
        try body()
    }

    /// Mounts on what the descriptor `target` names, or changes the mount that it names.
    ///
    /// mount(2) takes a path: a number in the own folder of descriptors, which leads to the file itself, whatever
    /// happened to its name.
    func mount(
        _ source: Path?, on target: Int32, type: ByteString? = nil, _ flags: MountFlags, data: ByteString? = nil
    ) throws(Errno) {
        try enterDescriptorFolder()
        try Linux.mount(source, on: "\(target)", type: type, flags, data: data)
    }

    /// Makes a number as a path mean the own descriptor of that number.
    func enterDescriptorFolder() throws(Errno) { try changeDirectory(numbers.raw) }

    /// Binds the file or folder behind `source` on `target`.
    func bind(_ source: Int32, on target: Int32, recursively: Bool = false) throws(Errno) {
        try mount("\(source)", on: target, recursively ? [.bind, .recursive] : .bind)
    }

    /// Changes the propagation of the mount behind `descriptor`.
    func setPropagation(_ flags: MountFlags, of descriptor: Int32) throws(Errno) {
        do throws(Errno) {
            try setMountAttributes(
                descriptor, MountAttributeChange(propagation: flags.intersection(.propagation)),
                recursively: flags.contains(.recursive))
        } catch .noSuchSystemCall {
            try mount(nil, on: descriptor, flags)
        } catch .notPermitted {
            try mount(nil, on: descriptor, flags)
        }
    }

    /// Makes the mount behind `descriptor` read-only and leaves its other flags.
    func makeReadOnly(_ descriptor: Int32) throws(Errno) {
        do throws(Errno) {
            try setMountAttributes(descriptor, MountAttributeChange(set: .readOnly))
        } catch .noSuchSystemCall {
            try remountReadOnly(descriptor)
        } catch .notPermitted {
            try remountReadOnly(descriptor)
        }
    }

    private func remountReadOnly(_ descriptor: Int32) throws(Errno) {
        let kept = try mountFlags(of: descriptor).intersection(.perMount)
        try mount(nil, on: descriptor, kept.union([.remount, .bind, .readOnly]))
    }
}

/// Runs `body`; an `Errno` it throws becomes an error whose `reason` tells what was done.
@inline(__always)
func explained<Result: ~Copyable>(
    _ reason: @autoclosure () -> String, _ body: () throws(Errno) -> Result
) throws(ContainerError) -> Result {
    do throws(Errno) {
        return try body()
    } catch {
        throw ContainerError(errno: error, reason: reason())
    }
}
