import ContainerInit
import ContainerPlan
import ContainerSteps
import LinuxKernel
import StrictJSON

/// The directory with the images of a container, and the one with CRIU's log.
struct ImageDirectories: ~Copyable {
    private let images: SharedDescriptor
    private let work: SharedDescriptor?
    private let imagePath: Path
    private let workPath: Path?

    /// The file in which the names of the container's standard streams are.
    private static let descriptorsName: Path = "descriptors.json"

    private init(
        images: SharedDescriptor, work: SharedDescriptor?, imagePath: Path, workPath: Path?
    ) {
        self.images = images
        self.work = work
        self.imagePath = imagePath
        self.workPath = workPath
    }

    /// Opens the directories, and makes those that are not there.
    static func make(_ options: CheckpointOptions) throws(ContainerError) -> ImageDirectories {
        let path = options.settings.imagePath
        // CRIU runs as root, who may enter a directory without this permission; nobody else may.
        try makeDirectories(path, mode: 0o600)
        if let parent = options.parentPath { try checkParent(parent, of: path) }
        let images = try open(path)
        let work = try openWork(options.settings.workPath)
        return ImageDirectories(images: images, work: work, imagePath: path, workPath: options.settings.workPath)
    }

    /// Opens the directories of a restore, of which only that of the log is made.
    static func open(_ options: RestoreOptions, bundle: Path) throws(ContainerError) -> ImageDirectories {
        var path = options.settings.imagePath
        if !path.isAbsolute, !fileExists(path), fileExists(bundle.appending(path)) { path = bundle.appending(path) }
        let images: SharedDescriptor
        do throws(Errno) {
            images = SharedDescriptor(try FileDescriptor.open(path, [.readOnly, .directory]))
        } catch {
            throw ContainerError(operation: "open", subject: path.appending(descriptorsName), errno: error)
        }
        let work = try openWork(options.settings.workPath)
        return ImageDirectories(images: images, work: work, imagePath: path, workPath: options.settings.workPath)
    }

    /// The numbers by which CRIU finds the directories.
    var imagesNumber: DescriptorNumber { images.file.number }
    var workNumber: DescriptorNumber? { work?.file.number }

    /// The log of that name in the directory of logs.
    func log(_ name: Path) -> CRIULog {
        CRIULog(directory: work ?? images, path: workPath ?? imagePath, name: name)
    }

    /// The same directories as a process sees them that is in another mount namespace: CRIU works in them and mounts below, which
    /// is possible in its own namespace only.
    func seen(by pid: Int32) throws(ContainerError) -> ImageDirectories {
        let images = try Self.reopen(images, imagePath, seenBy: pid)
        var seenWork: SharedDescriptor?
        if let work { seenWork = try Self.reopen(work, workPath ?? imagePath, seenBy: pid) }
        return ImageDirectories(images: images, work: seenWork, imagePath: imagePath, workPath: workPath)
    }

    // MARK: - Directories

    private static func reopen(
        _ directory: SharedDescriptor, _ path: Path, seenBy pid: Int32
    ) throws(ContainerError) -> SharedDescriptor {
        try attempt("open", path) { () throws(Errno) in
            let place = try readLink(directory.file.procPath)
            let seen = try FileDescriptor.open("/proc/\(pid)/root\(place)", [.readOnly, .directory])
            let (own, other) = (try directory.file.status(), try seen.status())
            guard own.inode == other.inode, own.device == other.device else { throw .staleFile }
            return SharedDescriptor(seen)
        }
    }

    private static func open(_ path: Path) throws(ContainerError) -> SharedDescriptor {
        try attempt("open", path) { () throws(Errno) in
            SharedDescriptor(try FileDescriptor.open(path, [.readOnly, .directory]))
        }
    }

    private static func openWork(_ path: Path?) throws(ContainerError) -> SharedDescriptor? {
        guard let path else { return nil }
        do throws(Errno) {
            try makeDirectory(path, mode: 0o700)
        } catch {
            guard error == .fileExists else { throw ContainerError(operation: "mkdir", subject: path, errno: error) }
        }
        return try open(path)
    }

    /// Makes a directory and those above it that are not there.
    private static func makeDirectories(_ path: Path, mode: UInt32) throws(ContainerError) {
        let bytes = path.bytes
        for end in bytes.indices.dropFirst() + [bytes.endIndex]
        where end == bytes.endIndex || bytes[end] == UInt8(ascii: "/") {
            let directory = Path(ByteString(bytes: bytes[0..<end]))
            do throws(Errno) {
                if try fileStatus(directory).kind == .directory { continue }
                throw Errno.notDirectory
            } catch {
                guard error == .noSuchFileOrDirectory else {
                    throw ContainerError(operation: "mkdir", subject: directory, errno: error)
                }
                try attempt("mkdir", directory) { () throws(Errno) in try makeDirectory(directory, mode: mode) }
            }
        }
    }

    private static func checkParent(_ parent: Path, of images: Path) throws(ContainerError) {
        guard !parent.isAbsolute else { throw ContainerError(exactly: "--parent-path must be relative") }
        let path = images.isAbsolute ? images.appending(parent).cleaned : images.appending(parent)
        let kind = try explained("invalid --parent-path: stat \(path)") { () throws(Errno) in
            try fileStatus(path).kind
        }
        guard kind == .directory else {
            throw ContainerError(errno: .notDirectory, reason: "invalid --parent-path: \(path)")
        }
    }

    // MARK: - Standard streams

    /// Writes what the container's standard streams are connected to.
    func write(descriptors names: [ByteString]) throws(ContainerError) {
        var writer = JSONWriter()
        writer.beginArray()
        for name in names { writer.string(name) }
        writer.endArray()
        try attempt("write", imagePath.appending(Self.descriptorsName)) { () throws(Errno) in
            let file = try FileDescriptor.open(
                Self.descriptorsName, at: images.file, [.writeOnly, .create, .truncate, .noFollow, .nonBlocking],
                mode: 0o600)
            guard try file.status().kind == .regular else { throw .invalidArgument }
            try file.write(writer.bytes)
        }
    }

    /// Reads what the container's standard streams were connected to.
    func readDescriptors() throws(ContainerError) -> [ByteString] {
        let path = imagePath.appending(Self.descriptorsName)
        let bytes = try attempt("open", path) { () throws(Errno) in
            try readRegularFile(Self.descriptorsName, at: images.file, limit: 1 << 16)
        }
        do throws(JSONSyntaxError) {
            return try Self.descriptors(bytes)
        } catch {
            throw ContainerError(subject: path, reason: error.message)
        }
    }

    /// The texts of an array; those behind the third are no standard streams.
    static func descriptors(_ bytes: [UInt8]) throws(JSONSyntaxError) -> [ByteString] {
        var reader = try JSONReader(bytes)
        var names: [ByteString] = []
        if try !reader.readNullIfNext() {
            try reader.beginArray()
            while try reader.nextElement() {
                if names.count < 3, try reader.peek() == .string {
                    names.append(try reader.readByteString())
                } else {
                    try reader.skipValue()
                }
            }
        }
        try reader.finish()
        return names
    }
}
