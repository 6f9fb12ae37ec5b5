import ContainerInit
import ContainerPlan
import ContainerSteps
import LinuxKernel
import RuntimeSpec

/// A directory with a container's configuration and, usually, its root file system. See bundle.md.
struct Bundle {
    /// The absolute path of the directory.
    let path: Path
    private let configurationFile: Path
    private let programName: String
    /// The configuration, where it was opened on the way to the directory.
    private let opened: SharedDescriptor?

    /// The largest config.json that is read, in bytes.
    private static let maximumSize = 16 << 20

    /// The bundle of a configuration: where that is a value, it may have none, and lies in the state directory alone.
    init(_ options: CreateOptions, _ source: ConfigurationSource, stateDirectory: Path) throws(ContainerError) {
        guard case .value(_, nil) = source else {
            try self.init(options)
            return
        }
        self.init(path: stateDirectory, programName: options.programName, "config.json")
    }

    private init(
        path: Path, programName: String, _ configurationFile: Path, opened: consuming FileDescriptor? = nil
    ) {
        self.path = path
        self.programName = programName
        self.opened = SharedDescriptor(ifPresent: opened)
        self.configurationFile = configurationFile.absolute(in: path)
    }

    init(_ options: CreateOptions) throws(ContainerError) {
        if options.configurationFile == nil, let file = Self.openPlainly(options.bundle) {
            self.init(
                path: options.bundle.cleaned, programName: options.programName, "config.json", opened: file)
            return
        }
        let given = options.bundle.isEmpty ? "." : options.bundle
        let path: Path
        do throws(Errno) {
            path = try Self.resolved(given)
        } catch {
            throw ContainerError(errno: error, reason: "chdir \(options.bundle)")
        }
        self.init(path: path, programName: options.programName, options.configurationFile ?? "config.json")
    }

    /// Opens the configuration in a directory whose path is the one that it is known by, since no link lies on the way. Nil
    /// for all others, and where anything is in the way.
    private static func openPlainly(_ path: Path) -> FileDescriptor? {
        guard path.isAbsolute else { return nil }
        do throws(Errno) {
            return try FileDescriptor.open(
                path.appending("config.json" as Path), at: .workingDirectory, .withoutWaiting,
                resolve: .noSymbolicLinks)
        } catch {
            return nil
        }
    }

    /// The path of the directory that `path` leads to: what a runtime would see that had changed into it, which is what runc
    /// records. The working directory matters to a relative path only.
    private static func resolved(_ path: Path) throws(Errno) -> Path {
        let directory = try FileDescriptor.open(path, .path.union(.directory))
        do throws(Errno) {
            let found = try readLink(directory.procPath)
            if found.isAbsolute { return found }
        } catch {
            // Without /proc the path as it is written must do.
        }
        return path.isAbsolute ? path.cleaned : path.absolute(in: try currentDirectory())
    }

    /// Reads and checks the configuration, or checks the one that the caller has.
    func load(_ source: ConfigurationSource) throws(ContainerError) -> LoadedConfiguration {
        guard case .value(let given, let bundle) = source else { return try load() }
        if bundle == nil, !(given.root?.path ?? Path()).isAbsolute {
            throw ContainerError(
                .invalidConfiguration, origin: Origin(.rootPath), subject: given.root?.path ?? Path(),
                reason: "a configuration without a bundle needs the absolute path of its root file system")
        }
        // As it is read again by later calls: what a file may not say, a value may not either.
        let bytes = given.encoded()
        do throws(SpecError) {
            return try LoadedConfiguration(validating: bytes)
        } catch {
            throw ContainerError(.invalidConfiguration, exactly: error.text)
        }
    }

    /// Reads and checks the configuration.
    ///
    /// - Parameter known: one that was checked before; the same bytes are not decoded a second time.
    func load(known: LoadedConfiguration? = nil) throws(ContainerError) -> LoadedConfiguration {
        let bytes: [UInt8]
        do throws(Errno) {
            bytes =
                if let opened {
                    try readRegularFile(opened.file, limit: Self.maximumSize)
                } else {
                    try readRegularFile(configurationFile, limit: Self.maximumSize)
                }
        } catch .noSuchFileOrDirectory {
            throw ContainerError(
                .invalidConfiguration,
                exactly: "JSON specification file config.json not found (make one: "
                    + programName + " spec)")
        } catch {
            throw ContainerError(operation: "read", subject: configurationFile, errno: error)
        }
        if let known, known.bytes == bytes { return known }
        do throws(SpecError) {
            return try LoadedConfiguration(validating: bytes)
        } catch {
            throw ContainerError(.invalidConfiguration, exactly: error.text(of: configurationFile.text))
        }
    }

    /// Fails unless the root file system is a directory, and no link to one: what it leads to could change.
    func checkRoot(_ root: Root?) throws(ContainerError) {
        let path = (root?.path ?? Path()).absolute(in: path)
        let kind: FileKind
        do throws(Errno) {
            kind = try fileStatus(path, followingLinks: false).kind
        } catch {
            throw ContainerError(
                .invalidConfiguration, origin: Origin(.rootPath), errno: error, reason: "invalid rootfs: stat \(path)")
        }
        switch kind {
        case .directory: return
        case .symbolicLink:
            throw ContainerError(
                .invalidConfiguration, origin: Origin(.rootPath), subject: path,
                reason: "invalid rootfs: not an absolute path, or a symlink")
        case .regular, .fifo, .socket, .characterDevice, .blockDevice, .unknown:
            throw ContainerError(
                .invalidConfiguration, origin: Origin(.rootPath), errno: .notDirectory,
                reason: "invalid rootfs: \(path)")
        }
    }
}

/// Where the configuration of a new container is.
package enum ConfigurationSource: Sendable {
    /// In the bundle that the options name.
    case bundle
    /// With the caller; relative paths in it count from `bundle`, if it has one.
    case value(Spec, bundle: Path?)
}
