import CLinuxKernel

/// Lends the descriptor of a number that stays somebody else's.
package func lending<Result: ~Copyable, Failure: Error>(
    _ number: Int32, _ body: (borrowing FileDescriptor) throws(Failure) -> Result
) throws(Failure) -> Result {
    let file = FileDescriptor(owning: number)
    do throws(Failure) {
        let result = try body(file)
        _ = file.release()
        return result
    } catch {
        _ = file.release()
        throw error
    }
}

package func read(_ d: Int32, count: Int) throws(Errno) -> [UInt8] {
    try lending(d) { (f) throws(Errno) in try f.read(count: count) }
}
package func readFromStart(_ d: Int32, count: Int, offset: Int = 0) throws(Errno) -> [UInt8] {
    try lending(d) { (f) throws(Errno) in try f.readFromStart(count: count, offset: offset) }
}
package func write(_ bytes: [UInt8], to d: Int32) throws(Errno) {
    try lending(d) { (f) throws(Errno) in try f.write(bytes) }
}
package func write(_ bytes: [UInt8], to d: Int32, skipping n: Int) throws(Errno) {
    try lending(d) { (f) throws(Errno) in try f.write(bytes, skipping: n) }
}
package func writeSome(_ bytes: [UInt8], from s: Int, atMost most: Int, to d: Int32) throws(Errno) -> Int {
    try lending(d) { (f) throws(Errno) in try f.writeSome(bytes, from: s, atMost: most) }
}
package func mapShared(_ d: Int32, count: Int) throws(Errno) -> UnsafeMutableRawBufferPointer {
    try lending(d) { (f) throws(Errno) in try f.mapShared(count: count) }
}
package func sendFile(to t: Int32, from s: Int32, count: Int) throws(Errno) -> Int {
    try lending(t) { (t) throws(Errno) in
        try lending(s) { (s) throws(Errno) in try t.sendFile(from: s, count: count) }
    }
}
package func readRegularFile(_ p: Path, at d: Int32, limit: Int) throws(Errno) -> [UInt8] {
    try lending(d) { (d) throws(Errno) in try readRegularFile(p, at: d, limit: limit) }
}
package func readKernelFile(_ p: Path, at d: Int32, limit: Int = 1 << 20) throws(Errno) -> ByteString {
    try lending(d) { (d) throws(Errno) in try readKernelFile(p, at: d, limit: limit) }
}
package func writeKernelFile(_ p: Path, at d: Int32, _ text: ByteString) throws(Errno) {
    try lending(d) { (d) throws(Errno) in try writeKernelFile(p, at: d, text) }
}
package func unlink(_ p: Path, at d: Int32, isDirectory: Bool = false) throws(Errno) {
    try lending(d) { (d) throws(Errno) in try unlink(p, at: d, isDirectory: isDirectory) }
}
package func readLink(_ p: Path, at d: Int32) throws(Errno) -> Path {
    try lending(d) { (d) throws(Errno) in try readLink(p, at: d) }
}
package func setPermissions(_ m: UInt32, of p: Path, at d: Int32) throws(Errno) {
    try lending(d) { (d) throws(Errno) in try setPermissions(m, of: p, at: d) }
}
package func changeOwner(of p: Path, at d: Int32, user: UInt32, group: UInt32 = .max) throws(Errno) {
    try lending(d) { (d) throws(Errno) in try changeOwner(of: p, at: d, user: user, group: group) }
}
package func changeOwner(of d: Int32, user: UInt32, group: UInt32 = .max) throws(Errno) {
    try lending(d) { (d) throws(Errno) in try d.changeOwner(user: user, group: group) }
}
package func fileStatus(of d: Int32) throws(Errno) -> FileStatus {
    try lending(d) { (d) throws(Errno) in try d.status() }
}
package func fileStatus(_ p: Path, at d: Int32, followingLinks: Bool = true) throws(Errno) -> FileStatus {
    try lending(d) { (d) throws(Errno) in try fileStatus(p, at: d, followingLinks: followingLinks) }
}
package func fileExists(_ p: Path, at d: Int32) -> Bool { lending(d) { fileExists(p, at: $0) } }
package func fileSystemKind(of d: Int32) throws(Errno) -> FileSystemKind {
    try lending(d) { (d) throws(Errno) in try d.fileSystemKind() }
}
package func makeDirectory(_ p: Path, at d: Int32, mode: UInt32) throws(Errno) {
    try lending(d) { (d) throws(Errno) in try makeDirectory(p, at: d, mode: mode) }
}
package func makeNode(
    _ p: Path, at d: Int32, kind: FileKind, permissions: UInt32, major: UInt32 = 0, minor: UInt32 = 0
) throws(Errno) {
    try lending(d) { (d) throws(Errno) in
        try makeNode(p, at: d, kind: kind, permissions: permissions, major: major, minor: minor)
    }
}
package func makeSymbolicLink(_ p: Path, at d: Int32, to t: Path) throws(Errno) {
    try lending(d) { (d) throws(Errno) in try makeSymbolicLink(p, at: d, to: t) }
}
package func mountFlags(of d: Int32) throws(Errno) -> MountFlags {
    try lending(d) { (d) throws(Errno) in try d.mountFlags() }
}
package func setMountAttributes(_ d: Int32, _ c: MountAttributeChange, recursively: Bool = false) throws(Errno) {
    try lending(d) { (d) throws(Errno) in try d.setMountAttributes(c, recursively: recursively) }
}
package func extendedAttribute(_ n: StaticString, of d: Int32, limit: Int = 1024) throws(Errno) -> [UInt8]? {
    try lending(d) { (d) throws(Errno) in try d.extendedAttribute(n, limit: limit) }
}
package func setExtendedAttribute(_ n: StaticString, _ v: [UInt8], of d: Int32) throws(Errno) {
    try lending(d) { (d) throws(Errno) in try d.setExtendedAttribute(n, v) }
}
package func removeExtendedAttribute(_ n: StaticString, of d: Int32) throws(Errno) {
    try lending(d) { (d) throws(Errno) in try d.removeExtendedAttribute(n) }
}
package func changeDirectory(_ d: Int32) throws(Errno) {
    try lending(d) { (d) throws(Errno) in try changeDirectory(d) }
}
package func namespaceKind(of d: Int32) throws(Errno) -> CloneFlags {
    try lending(d) { (d) throws(Errno) in try d.namespaceKind() }
}
package func killProcess(_ d: Int32) throws(Errno) {
    try lending(d) { (d) throws(Errno) in _ = try check(linux_pidfd_send_signal(d.raw, SIGKILL)) }
}
package func attachDeviceProgram(_ p: Int32, to c: Int32, replacing r: Int32? = nil) throws(Errno) {
    try check(linux_bpf_attach_device_program(c, p, r ?? -1))
}
package func detachDeviceProgram(_ p: Int32, from c: Int32) throws(Errno) {
    try check(linux_bpf_detach_device_program(c, p))
}
package func openDevicePrograms(of c: Int32) throws(Errno) -> DescriptorList {
    try lending(c) { (d) throws(Errno) in try d.openDevicePrograms() }
}
package func isTerminal(_ d: Int32) -> Bool { lending(d) { $0.isTerminal } }
package func duplicate(_ d: Int32, onto t: Int32) throws(Errno) {
    try lending(d) { (d) throws(Errno) in try d.duplicate(onto: t) }
}
package func setNonBlocking(_ d: Int32) throws(Errno) {
    try lending(d) { (d) throws(Errno) in try d.setNonBlocking() }
}
package func isWritable(_ d: Int32) throws(Errno) -> Bool {
    try lending(d) { (d) throws(Errno) in try d.isWritable() }
}
package func poll(_ d: Int32, events: Int16, milliseconds: Int32) throws(Errno) -> Int16 {
    try lending(d) { (d) throws(Errno) in try d.poll(events: events, milliseconds: milliseconds) }
}
package func send(_ bytes: [UInt8], descriptors: [Int32] = [], over s: Int32) throws(Errno) {
    try lending(s) { (s) throws(Errno) -> Void in
        guard let first = descriptors.first else { return try s.send(bytes) }
        return try lending(first) { (d) throws(Errno) in try s.send(bytes, with: d) }
    }
}
package func receive(from s: Int32, capacity: Int = 65536) throws(Errno) -> ReceivedMessage? {
    try lending(s) { (s) throws(Errno) in try s.receive(capacity: capacity) }
}
extension FileDescriptor {
    package static func open(
        _ p: Path, at d: Int32, _ f: OpenFlags = .readOnly, mode: UInt32 = 0
    ) throws(Errno) -> FileDescriptor {
        try lending(d) { (d) throws(Errno) in try open(p, at: d, f, mode: mode) }
    }
    package static func open(
        _ p: Path, at d: Int32, _ f: OpenFlags, mode: UInt32 = 0, resolve: ResolveFlags
    ) throws(Errno) -> FileDescriptor {
        try lending(d) { (d) throws(Errno) in try open(p, at: d, f, mode: mode, resolve: resolve) }
    }
    package static func duplicating(_ d: Int32, atLeast m: Int32 = 3) throws(Errno) -> FileDescriptor {
        try lending(d) { (d) throws(Errno) in try d.duplicate(atLeast: m) }
    }
    package static func cloneTree(
        _ p: Path = "", at d: Int32, recursively: Bool, followingLinks: Bool = true
    ) throws(Errno) -> FileDescriptor {
        try lending(d) { (d) throws(Errno) in
            try cloneTree(p, at: d, recursively: recursively, followingLinks: followingLinks)
        }
    }
    package static func pidNamespace(ofProcess d: Int32) throws(Errno) -> FileDescriptor {
        try lending(d) { (d) throws(Errno) in try d.pidNamespace() }
    }
    package func attach(on d: Int32) throws(Errno) {
        try lending(d) { (d) throws(Errno) in try attach(on: d) }
    }
}
extension Procfs {
    package static func isRoot(_ d: Int32) throws(Errno) -> Bool {
        try lending(d) { (d) throws(Errno) in try isRoot(d) }
    }
    package static func open(_ p: Path, in d: Int32, _ f: OpenFlags) throws(Errno) -> FileDescriptor {
        try lending(d) { (d) throws(Errno) in try open(p, in: d, f) }
    }
    package static func openOwn(_ p: Path, in d: Int32, _ f: OpenFlags) throws(Errno) -> FileDescriptor {
        try lending(d) { (d) throws(Errno) in try openOwn(p, in: d, f) }
    }
    package static func reopen(
        _ x: borrowing FileDescriptor, in d: Int32, _ f: OpenFlags
    ) throws(Errno) -> FileDescriptor {
        let root = FileDescriptor(owning: d)
        do throws(Errno) {
            let r = try reopen(x, in: root, f)
            _ = root.release()
            return r
        } catch {
            _ = root.release()
            throw error
        }
    }
}
extension PollSet {
    package mutating func add(_ d: Int32, events: Int16 = 1) {
        let f = FileDescriptor(owning: d)
        add(f, events: events)
        _ = f.release()
    }
    package mutating func remove(_ d: Int32) {
        let f = FileDescriptor(owning: d)
        remove(f)
        _ = f.release()
    }
    package func isReady(_ d: Int32) -> Bool { lending(d) { isReady($0) } }
    package func events(of d: Int32) -> Int16 { lending(d) { events(of: $0) } }
}
extension PseudoTerminal {
    package static func openMaster(_ p: Path, procfs d: Int32) throws(Errno) -> FileDescriptor {
        try lending(d) { (d) throws(Errno) in try openMaster(p, procfs: d) }
    }
    package static func makeControlling(_ d: Int32) throws(Errno) {
        try lending(d) { (d) throws(Errno) in try makeControlling(d) }
    }
    package static func size(of d: Int32) -> (rows: UInt16, columns: UInt16)? { lending(d) { size(of: $0) } }
    package static func setSize(of d: Int32, rows: UInt16, columns: UInt16) throws(Errno) {
        try lending(d) { (d) throws(Errno) in try setSize(of: d, rows: rows, columns: columns) }
    }
}
extension TerminalSettings {
    package init(of d: Int32) throws(Errno) { self = try lending(d) { (d) throws(Errno) in try Self(of: d) } }
    package func apply(to d: Int32) throws(Errno) { try lending(d) { (d) throws(Errno) in try apply(to: d) } }
}
extension SeccompCalls {
    package static func isListener(_ d: Int32) -> Bool { lending(d) { isListener($0) } }
}
extension DirectoryWalk {
    package init(at d: Int32, _ c: Contents) throws(Errno) {
        self = try lending(d) { (d) throws(Errno) in try DirectoryWalk(at: d, c) }
    }
    package var descriptor: Int32 { current.file.raw }
}
