import ByteStrings
import LinuxKernel
import RuntimeSpec

/// A container's cgroup in all hierarchies of the host.
///
/// Made of a plan for `create`, or of the paths in the state file for everything after it: those paths are all that is
/// needed, so a runtime that was killed leaves nothing that a later one cannot find. Directories are opened once, when
/// first needed, and their files are reached through the descriptor.
package struct Cgroup: ~Copyable {
    /// The cgroup's directory in one hierarchy.
    struct Branch {
        /// The controllers, or `name=systemd`; empty for cgroup2.
        var controllers: [String]
        /// The directory on the host.
        let directory: Path
        /// A path below it that is meant instead; empty for itself.
        var below = Path()
        /// The top of the hierarchy; empty if only the directory is known.
        var mountPoint: Path
        /// The open directory; nil until it is needed.
        var open: SharedDescriptor?
        /// Whose the directory is; nil before somebody has looked.
        var owner: CgroupOwner?
        /// The directory's inode, where no mark that can be relied on says whose it is.
        var inode: UInt64?
        /// The marks that a directory had before it was taken over; nil for one that `make` made.
        var before: [(CgroupMark.Place, [UInt8])]?
        /// The directories that `make` made, parents first.
        var made: [Path] = []
        /// Why a rootless runtime goes without this hierarchy.
        var refusal: Errno?

        /// The directory that is meant.
        var place: Path { directory.appending(below) }
        var isUnified: Bool { controllers.isEmpty }
        /// Whether the hierarchy limits nothing: the cgroup2 of a hybrid host, and named ones.
        var isBare: Bool { controllers.allSatisfy { $0.utf8.starts(with: "name=".utf8) } }
        var isMade: Bool { made.last == directory }
    }

    /// The way the host mounts its cgroups.
    package let kind: CgroupLayout.Kind
    var branches: [Branch]
    /// Whether a refused directory is no error: a rootless container whose configuration names no path.
    let isOptional: Bool
    /// Whether a refused directory of a hierarchy without controllers is no error: for an unprivileged runtime on a host
    /// that has delegated the others to it.
    let sparesBareHierarchies: Bool
    /// What the container's directories bear; nil where that is not known, and all that nobody has marked counts as its own.
    let mark: CgroupMark?
    /// What `remove` has left, since it is not the container's alone.
    package internal(set) var left: [LeftCgroup] = []
    /// Told before the processes are frozen for a change that is theirs not to see, and after they go on.
    package var whenFreezing: ((_ begins: Bool) throws(CgroupError) -> Void)?
    /// Controllers that could not be enabled for the container, and where and why.
    var notEnabled: [DisabledController] = []

    /// Makes the value of a plan; nothing on the host changes before `make`.
    ///
    /// - Parameters:
    ///   - mark: what `make` writes on the directories.
    ///   - isRootless: a cgroup at the default path that may not be made is gone without.
    ///   - isUnprivileged: so is that of a hierarchy that has no controllers, beside others that have.
    package init(
        _ plan: CgroupPlan, mark: CgroupMark? = nil, isRootless: Bool = false, isUnprivileged: Bool = false
    ) {
        kind = plan.kind
        self.mark = mark
        isOptional = isRootless && plan.isDefaultPath
        sparesBareHierarchies = isUnprivileged && plan.kind != .unified
        branches = plan.places.map {
            Branch(controllers: $0.controllers, directory: $0.directory, mountPoint: $0.mountPoint)
        }
    }

    /// Makes the value of what the state file holds; see `CgroupPlan.paths`, `Cgroup.inodes`.
    ///
    /// - Parameter mark: what the container's directories bear; what bears another, or none, is left alone.
    package init(
        recorded paths: OrderedPairs<ByteString, Path>, mark: CgroupMark? = nil,
        inodes: OrderedPairs<ByteString, UInt64> = OrderedPairs()
    ) {
        var branches: [Branch] = []
        for pair in paths where pair.value.isAbsolute {
            let path = pair.value
            let controllers = pair.key.isEmpty ? [] : [pair.key.text]
            let inode = inodes.first { $0.key == pair.key }?.value
            if let index = branches.firstIndex(where: { $0.directory == path }) {
                branches[index].controllers += controllers
            } else {
                branches.append(
                    Branch(controllers: controllers, directory: path, mountPoint: Path(), inode: inode))
            }
        }
        let unified = branches.contains { $0.isUnified }
        let legacy = branches.contains { !$0.isUnified }
        kind = unified ? (legacy ? .hybrid : .unified) : (legacy ? .legacy : .none)
        self.branches = branches
        self.mark = mark
        isOptional = true
        sparesBareHierarchies = false
    }

    init(kind: CgroupLayout.Kind, branches: [Branch], mark: CgroupMark?) {
        self.kind = kind
        self.mark = mark
        self.branches = branches
        isOptional = false
        sparesBareHierarchies = false
    }
}

extension Cgroup {
    /// The directories as the state file records them: by controller, `""` being cgroup2.
    package var paths: OrderedPairs<ByteString, Path> {
        var paths: [OrderedPairs<ByteString, Path>.Pair] = []
        for branch in branches where branch.refusal == nil {
            if branch.isUnified { paths.append(.init(key: "", value: branch.directory)) }
            for controller in branch.controllers {
                paths.append(.init(key: ByteString(controller), value: branch.directory))
            }
        }
        return OrderedPairs(distinct: paths)
    }

    /// The place of cgroup2 among the branches.
    var unifiedIndex: Int? { branches.firstIndex { $0.isUnified && $0.refusal == nil } }

    /// The branch that has the controller of version 1.
    func legacyIndex(of controller: String) -> Int? {
        branches.firstIndex { $0.refusal == nil && $0.controllers.contains(controller) }
    }

    /// The branch whose list of processes stands for all: cgroup2 alone, else that of devices as in runc.
    var processIndex: Int? {
        if kind == .unified { return unifiedIndex }
        return legacyIndex(of: "devices") ?? legacyIndex(of: "pids") ?? legacyIndex(of: "memory")
            ?? branches.firstIndex { $0.refusal == nil }
    }

    /// The open directory of a branch; opens it if need be. One that is not the container's is an error.
    mutating func directory(of index: Int) throws(CgroupError) -> SharedDescriptor {
        if let open = branches[index].open { return open }
        return try openDirectory(of: index)
    }

    /// Reads a file of a branch.
    mutating func read(_ file: String, of index: Int) throws(CgroupError) -> ByteString {
        let directory = try directory(of: index)
        return try attempt("read", "\(branches[index].directory)/\(file)") { () throws(Errno) in
            try readKernelFile(Path(file), at: directory.file, isOneRecord: true)
        }
    }

    /// Writes a file of a branch with one write(2).
    mutating func write(
        _ value: String, to file: String, of index: Int, property: String = ""
    ) throws(CgroupError) {
        let directory = try directory(of: index)
        do throws(Errno) {
            try writeKernelFile(Path(file), at: directory.file, ByteString(value))
        } catch {
            throw .write(value, to: branches[index].directory.text + "/" + file, error, property: property)
        }
    }
}
