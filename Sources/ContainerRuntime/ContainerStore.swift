// The public declarations name paths, arguments and environments by these types.
@_exported import ByteStrings
@_exported import ContainerInit
import ContainerInit
@_exported import ContainerPlan
import ContainerPlan
@_exported import ContainerSteps
import ContainerSteps
import LinuxKernel

/// The directory in which a runtime keeps the state of its containers, one directory for each.
public struct ContainerStore: Sendable {
    /// The directory, such as `/run/apus`.
    public let root: Path
    /// Whether annotations count that act on the host or leave a container a right of its caller, which are crun's
    /// `run.oci.keep_original_groups`, `run.oci.hooks.stdout` and `run.oci.hooks.stderr`. Only whoever wrote the
    /// configuration, or knows who did, should say so.
    public var trustsAnnotations: Bool
    /// What is executed as the first process of a container; the command line is it itself.
    package var initProgram = InitProgram.itself

    /// Uses the directory `root`, which need not exist yet.
    public init(root: Path, trustsAnnotations: Bool = false) {
        self.root = root
        self.trustsAnnotations = trustsAnnotations
    }

    /// Finds the container `id`.
    ///
    /// - Throws: `invalidIdentifier` for what is no id, `doesNotExist` for what is no container.
    public func load(_ id: String) throws(ContainerError) -> Container {
        try Self.check(id)
        return Container(store: self, record: try readRecord(id))
    }

    /// The names of the state directories, in order; some may hold no container.
    public func identifiers() throws(ContainerError) -> [String] {
        let directory = try attempt("open", root) { () throws(Errno) in
            try FileDescriptor.open(root, [.readOnly, .directory])
        }
        var names: [String] = []
        let entries = try attempt("getdents", root) { () throws(Errno) in try directory.directoryEntries() }
        for name in entries {
            do throws(Errno) {
                // Plain files are none of the runtime's business.
                let status = try fileStatus(Path(name), at: directory, followingLinks: false)
                if status.kind == .directory { names.append(name.text) }
            } catch .noSuchFileOrDirectory {
                continue  // removed meanwhile
            } catch {
                throw ContainerError(operation: "stat", subject: self.directory(of: name.text), errno: error)
            }
        }
        return names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }

    /// Fails unless `id` is a name: letters, digits and `_ + - .`, and neither `.` nor `..`.
    static func check(_ id: String) throws(ContainerError) {
        if id.isEmpty {
            throw ContainerError(.invalidIdentifier, exactly: "container id cannot be empty")
        }
        let isName = id.utf8.allSatisfy {
            switch $0 {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "+"), UInt8(ascii: "-"),
                UInt8(ascii: "."):
                true
            default: false
            }
        }
        guard isName, id != ".", id != ".." else {
            throw ContainerError(.invalidIdentifier, exactly: "invalid container ID format")
        }
    }

    /// The state directory of `id`, which must have been checked to be a name.
    func directory(of id: String) -> Path { "\(root)/\(id)" }

    private func readRecord(_ id: String) throws(ContainerError) -> StateRecord {
        let path: Path = "\(directory(of: id))/state.json"
        let bytes: [UInt8]
        do throws(Errno) {
            bytes = try readRegularFile(path, limit: 16 << 20)
        } catch {
            if error == .noSuchFileOrDirectory || error == .notDirectory {
                throw ContainerError(.doesNotExist, exactly: "container does not exist")
            }
            throw ContainerError(operation: "read", subject: path, errno: error)
        }
        let record: StateRecord
        do throws(ContainerError) {
            record = try StateRecord(decoding: bytes)
        } catch {
            throw Self.unreadable(path, error)
        }
        guard record.id == id else { throw Self.misplaced(path) }
        return record
    }

    static func unreadable(_ file: Path, _ cause: ContainerError) -> ContainerError {
        var failure = cause
        failure.subject = file.text
        failure.remedy = "delete --force removes what is left of the container"
        return failure
    }

    /// Documents of another kind have no id at all; deleting by one would lose the processes that run.
    static func misplaced(_ file: Path) -> ContainerError {
        ContainerError(subject: file, reason: "the file is not the state of this container")
    }
}
