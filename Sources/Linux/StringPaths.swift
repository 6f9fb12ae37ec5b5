import CLinux

// The calls that still get text from their callers.

@_disfavoredOverload package func readRegularFile(
    _ path: String, at directory: Int32 = workingDirectory, limit: Int
) throws(Errno) -> [UInt8] { try readRegularFile(Path(path), at: directory, limit: limit) }

@_disfavoredOverload package func readFileOrPipe(_ path: String, limit: Int) throws(Errno) -> [UInt8] {
    try readFileOrPipe(Path(path), limit: limit)
}

@_disfavoredOverload package func readKernelFile(
    _ path: String, at directory: Int32 = workingDirectory, limit: Int = 1 << 20
) throws(Errno) -> String {
    let bytes: ByteString = try readKernelFile(Path(path), at: directory, limit: limit)
    return String(decoding: bytes, as: UTF8.self)
}

@_disfavoredOverload package func readAgain(_ descriptor: Int32, limit: Int = 4096) throws(Errno) -> String {
    let bytes: ByteString = try readAgain(descriptor, limit: limit)
    return String(decoding: bytes, as: UTF8.self)
}

@_disfavoredOverload package func writeKernelFile(
    _ path: String, at directory: Int32 = workingDirectory, _ text: String
) throws(Errno) { try writeKernelFile(Path(path), at: directory, ByteString(text)) }

@_disfavoredOverload package func writeOnce(_ text: String, to descriptor: Int32) throws(Errno) {
    try writeOnce(ByteString(text), to: descriptor)
}

@_disfavoredOverload package func fileStatus(
    _ path: String, at directory: Int32 = workingDirectory, followingLinks: Bool = true
) throws(Errno) -> FileStatus { try fileStatus(Path(path), at: directory, followingLinks: followingLinks) }

@_disfavoredOverload package func makeDirectory(
    _ path: String, at directory: Int32 = workingDirectory, mode: UInt32
) throws(Errno) { try makeDirectory(Path(path), at: directory, mode: mode) }

@_disfavoredOverload package func unlink(
    _ path: String, at directory: Int32 = workingDirectory, isDirectory: Bool = false
) throws(Errno) { try unlink(Path(path), at: directory, isDirectory: isDirectory) }

@_disfavoredOverload package func rename(
    _ source: String, at from: Int32 = workingDirectory, to target: String, at to: Int32 = workingDirectory
) throws(Errno) { try rename(Path(source), at: from, to: Path(target), at: to) }

@_disfavoredOverload package func readLink(_ path: String, at directory: Int32 = workingDirectory) throws(Errno)
    -> String
{
    let target: Path = try readLink(Path(path), at: directory)
    return String(decoding: target.bytes, as: UTF8.self)
}

@_disfavoredOverload package func directoryEntries(of descriptor: Int32) throws(Errno) -> [String] {
    let names: [PathComponent] = try directoryEntries(of: descriptor)
    return names.map { String(decoding: $0.bytes, as: UTF8.self) }
}

@_disfavoredOverload package func subdirectoryNames(of descriptor: Int32) throws(Errno) -> [String] {
    let names: [PathComponent] = try subdirectoryNames(of: descriptor)
    return names.map { String(decoding: $0.bytes, as: UTF8.self) }
}

@_disfavoredOverload package func fileSystemKind(_ path: String) throws(Errno) -> FileSystemKind {
    try fileSystemKind(Path(path))
}

@_disfavoredOverload package func changeOwner(of path: String, at directory: Int32, to user: UInt32) throws(Errno) {
    try changeOwner(of: Path(path), at: directory, to: user)
}

@_disfavoredOverload package func environmentVariable(_ name: StaticString) -> String? {
    let value: ByteString? = environmentVariable(name)
    return value.map { String(decoding: $0, as: UTF8.self) }
}

@_disfavoredOverload package func environmentVariables() -> [String] {
    let values: [ByteString] = environmentVariables()
    return values.map { String(decoding: $0, as: UTF8.self) }
}

@_disfavoredOverload package func currentDirectory() throws(Errno) -> String {
    let path: Path = try currentDirectory()
    return String(decoding: path.bytes, as: UTF8.self)
}

@_disfavoredOverload package func changeMode(
    _ path: String, at directory: Int32 = workingDirectory, _ mode: UInt32
) throws(Errno) { try changeMode(Path(path), at: directory, mode) }

@_disfavoredOverload package func makeNode(
    _ path: String, at directory: Int32, kind: FileKind, permissions: UInt32, major: UInt32 = 0, minor: UInt32 = 0
) throws(Errno) {
    try makeNode(Path(path), at: directory, kind: kind, permissions: permissions, major: major, minor: minor)
}

@_disfavoredOverload package func makeSymbolicLink(
    _ path: String, at directory: Int32, to target: String
) throws(Errno) { try makeSymbolicLink(Path(path), at: directory, to: Path(target)) }

@_disfavoredOverload package func changeOwner(
    _ path: String, at directory: Int32, user: UInt32, group: UInt32
) throws(Errno) { try changeOwner(Path(path), at: directory, user: user, group: group) }

@_disfavoredOverload package func fileExists(_ path: String, at directory: Int32 = workingDirectory) -> Bool {
    fileExists(Path(path), at: directory)
}

@_disfavoredOverload package func setPermissions(
    _ permissions: UInt32, of path: String, at directory: Int32
) throws(Errno) { try setPermissions(permissions, of: Path(path), at: directory) }

@_disfavoredOverload package func setExtendedAttribute(
    _ name: String, _ value: [UInt8], of path: String
) throws(Errno) { try setExtendedAttribute(ByteString(name), value, of: Path(path)) }

@_disfavoredOverload package func extendedAttributes(of path: String) throws(Errno) -> [String] {
    let names: [ByteString] = try extendedAttributes(of: Path(path))
    return names.map { String(decoding: $0, as: UTF8.self) }
}

@_disfavoredOverload package func extendedAttribute(_ name: String, of path: String) throws(Errno) -> [UInt8]? {
    try extendedAttribute(ByteString(name), of: Path(path))
}

@_disfavoredOverload package func makeFifo(
    _ path: String, at directory: Int32 = workingDirectory, mode: UInt32
) throws(Errno) { try makeFifo(Path(path), at: directory, mode: mode) }

@_disfavoredOverload package func mount(
    _ source: String?, on target: String, type: String? = nil, _ flags: MountFlags, data: String? = nil
) throws(Errno) {
    try mount(
        source.map { Path($0) }, on: Path(target), type: type.map { ByteString($0) }, flags,
        data: data.map { ByteString($0) })
}

@_disfavoredOverload package func detachMount(_ target: String, followingLinks: Bool = false) throws(Errno) {
    try detachMount(Path(target), followingLinks: followingLinks)
}

@_disfavoredOverload package func mountID(of path: String) throws(Errno) -> UInt64 { try mountID(of: Path(path)) }

@_disfavoredOverload package func pivotRoot(_ new: String, putOldOn old: String) throws(Errno) {
    try pivotRoot(Path(new), putOldOn: Path(old))
}

@_disfavoredOverload package func changeRoot(_ path: String) throws(Errno) { try changeRoot(Path(path)) }

@_disfavoredOverload package func changeDirectory(_ path: String) throws(Errno) { try changeDirectory(Path(path)) }

@_disfavoredOverload package func checkExecutable(_ path: String) throws(Errno) { try checkExecutable(Path(path)) }

@_disfavoredOverload package func setHostname(_ name: String) throws(Errno) { try setHostname(ByteString(name)) }

@_disfavoredOverload package func setDomainname(_ name: String) throws(Errno) { try setDomainname(ByteString(name)) }

@_disfavoredOverload package func connectStream(to path: String) throws(Errno) -> FileDescriptor {
    try connectStream(to: Path(path))
}

@_disfavoredOverload package func bindSocket(_ socket: Int32, to path: String) throws(Errno) {
    try bindSocket(socket, to: Path(path))
}

@_disfavoredOverload package func connectSocket(_ socket: Int32, to path: String) throws(Errno) {
    try connectSocket(socket, to: Path(path))
}

@_disfavoredOverload package func makeMappingNamespace(uids: String, gids: String) throws(Errno) -> FileDescriptor {
    try makeMappingNamespace(uids: ByteString(uids), gids: ByteString(gids))
}

@_disfavoredOverload package func execute(_ path: String, arguments: [String], environment: [String]) -> Errno {
    execute(
        Path(path), arguments: arguments.map { ByteString($0) }, environment: environment.map { ByteString($0) })
}

@_disfavoredOverload package func execute(program: Int32, arguments: [String], environment: [String]) -> Errno {
    execute(
        program: program, arguments: arguments.map { ByteString($0) },
        environment: environment.map { ByteString($0) })
}

extension Procfs {
    @_disfavoredOverload package static func open(
        _ path: String, in root: Int32, _ flags: OpenFlags
    ) throws(Errno) -> FileDescriptor { try open(Path(path), in: root, flags) }
}

extension PseudoTerminal {
    @_disfavoredOverload package static func openMaster(_ path: String, procfs: Int32) throws(Errno) -> FileDescriptor {
        try openMaster(Path(path), procfs: procfs)
    }
}

extension Keyring {
    @_disfavoredOverload package static func joinSession(_ name: String) throws(Errno) -> Int {
        try joinSession(ByteString(name))
    }
}

extension NamePattern {
    @_disfavoredOverload package borrowing func matches(_ name: String) -> Bool { matches(ByteString(name)) }
}

extension RootedPath {
    package func split() -> (parent: String, name: String)? {
        path.parentAndName.map { ($0.parent.text, $0.name.text) }
    }

    @_disfavoredOverload package init(_ path: String, in root: Int32) { self.init(Path(path), in: root) }
}

extension LaunchedProgram {
    @_disfavoredOverload package static func start(
        _ path: String, arguments: [String], environment: [String], input: [UInt8], directory: Int32?
    ) throws(Errno) -> LaunchedProgram {
        try start(
            Path(path), arguments: arguments.map { ByteString($0) }, environment: environment.map { ByteString($0) },
            input: input, directory: directory)
    }
}

extension FileDescriptor {
    @_disfavoredOverload package static func open(
        _ path: String, at directory: Int32 = workingDirectory, _ flags: OpenFlags = .readOnly, mode: UInt32 = 0
    ) throws(Errno) -> FileDescriptor { try open(Path(path), at: directory, flags, mode: mode) }

    @_disfavoredOverload package static func open(
        _ path: String, at directory: Int32, _ flags: OpenFlags, mode: UInt32 = 0, resolve: ResolveFlags
    ) throws(Errno) -> FileDescriptor { try open(Path(path), at: directory, flags, mode: mode, resolve: resolve) }

    @_disfavoredOverload package static func cloneTree(
        _ path: String, at directory: Int32, recursively: Bool, followingLinks: Bool = true
    ) throws(Errno) -> FileDescriptor {
        try cloneTree(Path(path), at: directory, recursively: recursively, followingLinks: followingLinks)
    }

    @_disfavoredOverload package static func openFileSystem(_ type: String) throws(Errno) -> FileDescriptor {
        try openFileSystem(ByteString(type))
    }

    @_disfavoredOverload package func configure(_ key: String, _ value: String) throws(Errno) {
        try configure(ByteString(key), ByteString(value))
    }

    @_disfavoredOverload package func configure(flag key: String) throws(Errno) { try configure(flag: ByteString(key)) }
}
