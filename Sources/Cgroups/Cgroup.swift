import Linux
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
        let controllers: [String]
        /// The directory on the host.
        let directory: String
        /// The top of the hierarchy; empty if only the directory is known.
        let mountPoint: String
        /// The open directory, owned by the cgroup; -1 until it is needed.
        var descriptor: Int32 = -1
        /// The directories that `make` made, parents first.
        var made: [String] = []
        /// Why a rootless runtime goes without this hierarchy.
        var refusal: Errno?

        var isUnified: Bool { controllers.isEmpty }
        var isMade: Bool { made.last == directory }
    }

    /// The way the host mounts its cgroups.
    package let kind: CgroupLayout.Kind
    var branches: [Branch]
    /// Whether a refused directory is no error: a rootless container whose configuration names no path.
    let isOptional: Bool
    /// Whether a process of the runtime's keeps the place in it.
    let holdsPlaceholder: Bool
    /// Controllers that could not be enabled for the container, and where and why.
    var notEnabled: [DisabledController] = []

    /// Makes the value of a plan; nothing on the host changes before `make`.
    ///
    /// With `isRootless`, a cgroup at the default path that may not be made is gone without.
    package init(_ plan: CgroupPlan, isRootless: Bool = false) {
        kind = plan.kind
        isOptional = isRootless && plan.isDefaultPath
        holdsPlaceholder = plan.unit != nil
        branches = plan.places.map {
            Branch(controllers: $0.controllers, directory: $0.directory, mountPoint: $0.mountPoint)
        }
    }

    /// Makes the value of the paths that the state file holds; see `CgroupPlan.paths`.
    package init(recorded paths: [(controller: String, path: String)]) {
        var branches: [Branch] = []
        for (controller, path) in paths where path.hasPrefix("/") {
            let controllers = controller.isEmpty ? [] : [controller]
            if let index = branches.firstIndex(where: { $0.directory == path }) {
                let known = branches[index]
                branches[index] = Branch(
                    controllers: known.controllers + controllers, directory: path, mountPoint: "")
            } else {
                branches.append(Branch(controllers: controllers, directory: path, mountPoint: ""))
            }
        }
        let unified = branches.contains { $0.isUnified }
        let legacy = branches.contains { !$0.isUnified }
        kind = unified ? (legacy ? .hybrid : .unified) : (legacy ? .legacy : .none)
        self.branches = branches
        isOptional = true
        holdsPlaceholder = false
    }

    init(kind: CgroupLayout.Kind, branches: [Branch]) {
        self.kind = kind
        self.branches = branches
        isOptional = false
        holdsPlaceholder = false
    }

    deinit {
        for branch in branches where branch.descriptor >= 0 {
            FileDescriptor(owning: branch.descriptor).close()
        }
    }
}

extension Cgroup {
    /// The directories as the state file records them: by controller, `""` being cgroup2.
    package var paths: [(controller: String, path: String)] {
        var paths: [(controller: String, path: String)] = []
        for branch in branches where branch.refusal == nil {
            if branch.isUnified { paths.append((controller: "", path: branch.directory)) }
            for controller in branch.controllers { paths.append((controller: controller, path: branch.directory)) }
        }
        return paths
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

    /// The open directory of a branch; opens it if need be.
    mutating func directory(of index: Int) throws(CgroupError) -> Int32 {
        if branches[index].descriptor >= 0 { return branches[index].descriptor }
        let path = branches[index].directory
        let descriptor = try attempt("open", path) { () throws(Errno) in
            try FileDescriptor.open(path, [.path, .directory, .noFollow]).release()
        }
        branches[index].descriptor = descriptor
        return descriptor
    }

    /// Whether the directory of a branch is there.
    mutating func exists(_ index: Int) throws(CgroupError) -> Bool {
        do throws(CgroupError) {
            _ = try directory(of: index)
            return true
        } catch {
            if error.errno == .noSuchFileOrDirectory { return false }
            throw error
        }
    }

    /// Reads a file of a branch.
    mutating func read(_ file: String, of index: Int) throws(CgroupError) -> String {
        let directory = try directory(of: index)
        return try attempt("read", branches[index].directory + "/" + file) { () throws(Errno) in
            try readKernelFile(file, at: directory)
        }
    }

    /// Writes a file of a branch with one write(2).
    mutating func write(
        _ value: String, to file: String, of index: Int, property: String = ""
    ) throws(CgroupError) {
        let directory = try directory(of: index)
        do throws(Errno) {
            try writeKernelFile(file, at: directory, value)
        } catch {
            throw .write(value, to: branches[index].directory + "/" + file, error, property: property)
        }
    }
}
