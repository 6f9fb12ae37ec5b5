import CLinuxKernel
import LinuxKernel

/// New namespaces, and what belongs to them: names, roots, networks.
let namespaceScenarios: [Scenario] = [
    Scenario("unshare-and-join") { (_) throws(Errno) in
        let home = try FileDescriptor.open("/proc/self/ns/uts")
        let before = try home.status().inode
        try unshare(.newUTS)
        expect(try fileStatus("/proc/self/ns/uts").inode != before)
        // A namespace of another kind than is asked for.
        expect(.invalidArgument) { () throws(Errno) in try home.joinNamespaces(.newNetwork) }
        try home.joinNamespaces(.newUTS)
        expect(try fileStatus("/proc/self/ns/uts").inode == before)
    },
    Scenario("host-names") { (_) throws(Errno) in
        try unshare(.newUTS)
        try setHostname("apus-probe")
        try setDomainname("apus-domain")
        expect(try readKernelFile("/proc/sys/kernel/hostname") == "apus-probe")
        expect(try readKernelFile("/proc/sys/kernel/domainname") == "apus-domain")
        let long = ByteString(bytes: [UInt8](repeating: 97, count: 65))
        expect(.invalidArgument) { () throws(Errno) in try setHostname(long) }
        expect(.invalidArgument) { () throws(Errno) in try setDomainname(long) }
    },
    Scenario("loopback") { (_) throws(Errno) in
        try unshare(.newNetwork)
        expect(try isLoopbackUp() == false)
        try bringUpLoopback()
        expect(try isLoopbackUp() == true)
    },
    Scenario("pivot-root") { (directory) throws(Errno) in
        try unshare(.newMount)
        try mount(nil, on: "/", [.privatePropagation, .recursive])
        try mount("tmpfs", on: directory, type: "tmpfs", [])
        try makeDirectory(directory.appending("inside"), mode: 0o755)
        try changeDirectory(directory)
        // The new root must be a mount.
        expect(.invalidArgument) { () throws(Errno) in try pivotRoot("inside", putOldOn: "inside") }
        try pivotRoot(".", putOldOn: ".")
        try detachMount(".")
        try changeDirectory("/")
        expect(try names("/") == ["inside"], "\(try names("/"))")
        expect(try currentDirectory() == "/")
    },
    Scenario("change-root") { (directory) throws(Errno) in
        try makeDirectory(directory.appending("jail"), mode: 0o755)
        try makeDirectory(directory.appending("jail/inside"), mode: 0o755)
        expect(.noSuchFileOrDirectory) { () throws(Errno) in try changeRoot(directory.appending("none")) }
        try changeRoot(directory.appending("jail"))
        // The working directory stays where it was, which getcwd(2) says.
        expect(try !currentDirectory().isAbsolute)
        try changeDirectory("/")
        expect(try names("/") == ["inside"])
        expect(try currentDirectory() == "/")
    },
    Scenario("working-directory") { (directory) throws(Errno) in
        let place = try FileDescriptor.open(directory, [.path, .directory])
        try changeDirectory(place)
        expect(try currentDirectory() == directory)
        try makeDirectory("below", mode: 0o755)
        try changeDirectory("below")
        expect(try currentDirectory() == directory.appending("below"))
        expect(.noSuchFileOrDirectory) { () throws(Errno) in try changeDirectory("none") }
    },
    Scenario("mapped-mount") { (directory) throws(Errno) in
        // A file of user 0 is one of user 1000 in a mount that maps so.
        let context = try FileDescriptor.openFileSystem("tmpfs")
        let tree = try context.makeMount([])
        try makeNode("file", at: tree, kind: .regular, permissions: 0o600)
        let mapped = try FileDescriptor.cloneTree(at: tree, recursively: false)
        let namespace = try makeMappingNamespace(uids: "0 1000 5", gids: "0 2000 5")
        do throws(Errno) {
            try mapped.mapMountIDs(by: namespace, recursively: false)
            let status = try fileStatus("file", at: mapped)
            expect(status.user == 1000 && status.group == 2000, "\(status.user):\(status.group)")
            expect(try fileStatus("file", at: tree).user == 0)
        } catch .invalidArgument {
            // A tmpfs before Linux 6.3.
        }
    },
    Scenario("mounts-by-descriptor") { (directory) throws(Errno) in
        try unshare(.newMount)
        try mount(nil, on: "/", [.privatePropagation, .recursive])
        let place = try FileDescriptor.open(directory, [.path, .directory])
        let tree = try FileDescriptor.openFileSystem("tmpfs").makeMount([.readOnly])
        try tree.attach(on: place)
        expect(try tree.isMountRoot())
        expect(try tree.mountID() == mountID(of: directory))
        expect(try fileSystemKind(directory) == .tmpfs)
        expect(.readOnlyFileSystem) { () throws(Errno) in
            try makeDirectory(directory.appending("x"), mode: 0o700)
        }
        let file = try FileDescriptor.open("/proc/self/exe", .path)
        let other = try FileDescriptor.openFileSystem("tmpfs").makeMount([])
        expect(.notDirectory) { () throws(Errno) in try other.attach(on: file) }
        try detachMount(directory)
        expect(try fileStatus(directory).inode == place.status().inode)
    },
]

private func isLoopbackUp() throws(Errno) -> Bool? {
    do throws(NetlinkError) {
        var socket = try NetlinkSocket()
        guard let loopback = try socket.link(named: "lo") else { return nil }
        return loopback.isUp
    } catch {
        throw error.errno
    }
}
