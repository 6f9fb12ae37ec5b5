import ByteStrings
import LinuxKernel
import Testing

@Test(.enabled(if: effectiveUser == 0, "a network namespace takes root"))
func aNetworkNamespaceIsMadeByAThreadOfItsOwn() throws {
    let own = try FileDescriptor.open("/proc/thread-self/ns/net", .readOnly).status()
    let maker = NetworkNamespaceMaker()
    let number = try #require(maker.file())
    let (kind, inode) = try number.lend { (file) throws(Errno) in (try file.namespaceKind(), try file.status().inode) }
    #expect(kind == .newNetwork)
    #expect(inode != own.inode)
    // The caller stays where it was.
    #expect(try FileDescriptor.open("/proc/thread-self/ns/net", .readOnly).status().inode == own.inode)
    // It is asked again by each try to clone the child.
    #expect(maker.file() == number)
}
