import ByteStrings
import LinuxKernel
import RuntimeSpec

extension Cgroup {
    /// Whether the directory of a branch is there and the container's.
    mutating func isOwn(_ index: Int) throws(CgroupError) -> Bool {
        switch branches[index].owner {
        case .own where branches[index].open != nil: return true
        case .another, .nobody: return false
        case .own, nil: break  // Opened once more what was known by its path, it may be gone or exchanged.
        }
        do throws(CgroupError) {
            _ = try directory(of: index)
            return true
        } catch {
            switch branches[index].owner {
            case .another, .nobody: return false
            case .own, nil: break
            }
            if error.errno == .noSuchFileOrDirectory { return false }
            throw error
        }
    }

    /// Whether a directory that the state file names is another container's by now.
    package mutating func isOfAnother() throws(CgroupError) -> Bool {
        for index in branches.indices where branches[index].refusal == nil {
            if case .another = try ownerByPath(of: index) { return true }
        }
        return false
    }

    /// Whose the directory is that systemd has of the container's unit; nil if it is gone. Those of other hierarchies say
    /// nothing of the unit, which may be a later one.
    package mutating func ownerOfUnit() throws(CgroupError) -> CgroupOwner? {
        let index = branches.indices.first { branches[$0].controllers.contains("name=systemd") } ?? unifiedIndex
        guard let index, branches[index].refusal == nil else { return nil }
        return try ownerByPath(of: index)
    }

    /// Opens the directory of a branch and finds out whose it is. From then on only the descriptor is used, so nobody can
    /// put another cgroup in its place.
    mutating func openDirectory(of index: Int) throws(CgroupError) -> SharedDescriptor {
        let path = branches[index].directory
        let directory = try attempt("open", path) { () throws(Errno) in
            try FileDescriptor.open(path, [.readOnly, .directory, .noFollow])
        }
        let owner = try owner(of: index) { (name) throws(Errno) in
            try directory.extendedAttribute(name)
        } inode: { () throws(Errno) in
            try directory.status().inode
        }
        branches[index].owner = owner
        guard case .own = owner else { throw Self.foreign(path.text, owner) }
        guard !branches[index].below.isEmpty else {
            let open = SharedDescriptor(directory)
            branches[index].open = open
            return open
        }
        let below = branches[index].below
        let open = try attempt("open", path.appending(below)) { () throws(Errno) in
            SharedDescriptor(try FileDescriptor.open(below, at: directory, [.readOnly, .directory, .noFollow]))
        }
        branches[index].open = open
        return open
    }

    /// Finds out by its path whose a directory is, for what needs it open only seldom; nil if there is none.
    mutating func ownerByPath(of index: Int) throws(CgroupError) -> CgroupOwner? {
        if let known = branches[index].owner { return known }
        let path = branches[index].directory
        do throws(CgroupError) {
            let owner = try owner(of: index) { (name) throws(Errno) in
                try extendedAttribute(name, at: path)
            } inode: { () throws(Errno) in
                try fileStatus(path, followingLinks: false).inode
            }
            branches[index].owner = owner
            return owner
        } catch {
            guard error.errno == .noSuchFileOrDirectory else { throw error }
            return nil
        }
    }

    private func owner(
        of index: Int, attribute: (StaticString) throws(Errno) -> [UInt8]?, inode: () throws(Errno) -> UInt64
    ) throws(CgroupError) -> CgroupOwner {
        do throws(Errno) {
            for place in [CgroupMark.Place.trusted, .user] {
                guard let found = try Self.mark(place, attribute) else { continue }
                if let mark, mark.matches(found) { return .own(place) }
                return .another(found)
            }
            guard mark != nil else { return .own(nil) }
            if let recorded = branches[index].inode, try inode() == recorded { return .own(nil) }
            return .nobody
        } catch {
            throw CgroupError(operation: "getxattr", path: branches[index].directory.text, errno: error)
        }
    }

    /// The mark in a place; nil if there is none or can be none, empty if it is longer than any of ours.
    private static func mark(
        _ place: CgroupMark.Place, _ attribute: (StaticString) throws(Errno) -> [UInt8]?
    ) throws(Errno) -> [UInt8]? {
        do throws(Errno) {
            return try attribute(place.attribute)
        } catch .outOfRange {
            return []
        } catch {
            guard error == .notSupported || error == .permissionDenied || error == .notPermitted else { throw error }
            return nil
        }
    }

    private static func foreign(_ path: String, _ owner: CgroupOwner) -> CgroupError {
        var reason = "the cgroup is not this container's"
        if case .another(let found) = owner { reason += " but that of container " + CgroupMark.holder(of: found) }
        return CgroupError(path: path, reason: reason + ": " + path)
    }

    /// The other container whose mark an open directory below a branch's bears; nil if there is none.
    func holder(_ directory: borrowing FileDescriptor, below index: Int) throws(Errno) -> String? {
        var place = CgroupMark.Place.trusted
        // What the container can write itself says something only where its own mark stands in the same place.
        if case .own(.user) = branches[index].owner { place = .user }
        let found = try Self.mark(place) { (name) throws(Errno) in try directory.extendedAttribute(name) }
        guard let found, CgroupMark.isFromOwnNamespace(found) else { return nil }
        if let mark, mark.matches(found) { return nil }
        return CgroupMark.holder(of: found)
    }

    /// Marks the directories, made or taken over, as the container's.
    mutating func writeMarks() throws(CgroupError) {
        for index in branches.indices where branches[index].refusal == nil {
            let directory = try directory(of: index)
            if !branches[index].isMade { branches[index].before = Self.marks(on: directory.file) }
            let place = mark?.write(to: directory.file)
            branches[index].owner = .own(place)
            guard mark != nil, place != .trusted else { continue }
            branches[index].inode = try attempt("fstat", branches[index].directory) { () throws(Errno) in
                try directory.file.status().inode
            }
        }
    }

    private static func marks(on directory: borrowing FileDescriptor) -> [(CgroupMark.Place, [UInt8])] {
        var marks: [(CgroupMark.Place, [UInt8])] = []
        for place in [CgroupMark.Place.trusted, .user] {
            do throws(Errno) {
                let found = try mark(place) { (name) throws(Errno) in try directory.extendedAttribute(name) }
                if let found { marks.append((place, found)) }
            } catch {
                continue  // not to be read, so not to be restored
            }
        }
        return marks
    }

    /// Gives a directory that was taken over back to whom it belonged to.
    mutating func giveBack(_ index: Int) {
        guard let before = branches[index].before, let open = branches[index].open else { return }
        do throws(Errno) {
            if case .own(let place?) = branches[index].owner {
                try open.file.removeExtendedAttribute(place.attribute)
            }
            for (place, found) in before { try open.file.setExtendedAttribute(place.attribute, found) }
        } catch {
            // Its last owner finds it without a mark, and leaves it.
        }
        branches[index].before = nil
        branches[index].owner = nil
    }

    /// The inodes of the directories where no mark, or one that others can change, says whose they are, by controller.
    package var inodes: OrderedPairs<ByteString, UInt64> {
        var inodes: [OrderedPairs<ByteString, UInt64>.Pair] = []
        for branch in branches {
            guard let inode = branch.inode else { continue }
            if branch.isUnified { inodes.append(.init(key: "", value: inode)) }
            for controller in branch.controllers { inodes.append(.init(key: ByteString(controller), value: inode)) }
        }
        return OrderedPairs(distinct: inodes)
    }

    /// Runs `body` with each open directory of a branch and below it.
    ///
    /// - Parameters:
    ///   - includesOthers: also with those of other containers, which are left out else.
    ///   - body: a directory that was removed meanwhile may be an error of it.
    /// - Returns: whether directories of other containers were left out.
    @discardableResult
    func forEachDirectory(
        of index: Int, at top: borrowing FileDescriptor, includingOthers includesOthers: Bool = false,
        _ body: (borrowing FileDescriptor) throws(Errno) -> Void
    ) throws(CgroupError) -> Bool {
        var isShared = false
        var names: [PathComponent] = []
        func visit(_ directory: borrowing FileDescriptor) throws(Errno) {
            do throws(Errno) {
                try body(directory)
            } catch {
                guard error == .noSuchFileOrDirectory || error == .noSuchDevice else { throw error }
            }
        }
        do throws(Errno) {
            try visit(top)
            // The link count of a cgroup's directory is two and one for each below it: most need no walk.
            if try top.status().links == 2 { return false }
            var walk = try DirectoryWalk(at: top, .cgroups)
            do throws(Errno) {
                while true {
                    guard let name = try walk.next() else {
                        if try walk.leave() == nil { return isShared }
                        continue
                    }
                    guard try walk.enter(name) else { continue }
                    let holder = includesOthers ? nil : try holder(walk.current.file, below: index)
                    if holder != nil {
                        isShared = true
                        _ = try walk.leave()
                    } else {
                        try visit(walk.current.file)
                    }
                }
            } catch {
                names = walk.names
                throw error
            }
        } catch {
            throw CgroupError(
                operation: "read", path: Self.path(branches[index].directory, names), errno: error)
        }
    }

    /// Whether cgroups of other containers lie below that of a branch.
    mutating func isShared(_ index: Int) throws(CgroupError) -> Bool {
        try forEachDirectory(of: index, at: directory(of: index).file) { (_) throws(Errno) in }
    }

    /// A path for people, of which not more is shown than can be read.
    static func path(_ top: Path, _ names: [PathComponent]) -> String {
        if names.count <= 16 { return names.reduce(top.text) { $0 + "/" + $1.text } }
        let start = names.prefix(8).reduce(top.text) { $0 + "/" + $1.text }
        return names.suffix(8).reduce(start + "/...") { $0 + "/" + $1.text }
    }
}
