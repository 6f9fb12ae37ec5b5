import ByteStrings

/// A walk through a tree of directories of one file system, whose depth and width have no limit.
///
/// A process that makes directories by relative names makes them deeper than any path, stack or number of open files
/// reaches. So only the directories on the last few levels are open; one above is opened again as `..` of the one below, and
/// checked to be the same. Directories that vanish meanwhile are passed over. No link is followed and no mount entered.
package struct DirectoryWalk: ~Copyable {
    /// What is listed in each directory.
    package enum Contents: Sendable {
        /// Directories alone, in a file system whose entries have their kind and whose directories count those below as links.
        case cgroups
        /// Everything.
        case all
    }

    private struct Level {
        /// The name in the directory above; nil at the top.
        let name: PathComponent?
        /// The open directory; nil while only its identity is kept.
        var directory: SharedDescriptor?
        let inode: UInt64
        /// What has not been given yet, the last first; nil before it is read.
        var rest: [PathComponent]?
    }

    /// How many directories stay open.
    private static let open = 8

    private var levels: [Level]
    /// The directory that the walk is in, open for reading.
    package private(set) var current: SharedDescriptor
    private let device: UInt64
    private let contents: Contents

    /// Starts a walk in an open directory, which stays the caller's.
    package init(at top: borrowing FileDescriptor, _ contents: Contents) throws(Errno) {
        let directory = try FileDescriptor.open(".", at: top, [.readOnly, .directory])
        let status = try directory.status()
        device = status.device
        self.contents = contents
        let isLeaf = contents == .cgroups && status.links == 2
        current = SharedDescriptor(directory)
        levels = [Level(name: nil, directory: current, inode: status.inode, rest: isLeaf ? [] : nil)]
    }

    /// How far below its start the walk is.
    package var depth: Int { levels.count - 1 }

    /// The names from the start to the directory that the walk is in.
    package var names: [PathComponent] { levels.compactMap { $0.name } }

    /// The next entry of the directory; nil when all were given.
    package mutating func next() throws(Errno) -> PathComponent? {
        let last = levels.count - 1
        if levels[last].rest == nil {
            do throws(Errno) {
                let entries =
                    switch contents {
                    case .cgroups: try current.file.subdirectoryNames()
                    case .all: try current.file.directoryEntries()
                    }
                levels[last].rest = entries.reversed()
            } catch .noSuchFileOrDirectory {
                levels[last].rest = []  // removed meanwhile
            }
        }
        return levels[last].rest?.popLast()
    }

    /// Goes into a directory of the one that the walk is in; false if there is no such directory any more.
    package mutating func enter(_ name: PathComponent) throws(Errno) -> Bool {
        guard let directory = try openDirectory(name) else { return false }
        let status = try directory.status()
        guard status.device == device else { return false }
        let isLeaf = contents == .cgroups && status.links == 2
        current = SharedDescriptor(directory)
        levels.append(Level(name: name, directory: current, inode: status.inode, rest: isLeaf ? [] : nil))
        let above = levels.count - 1 - Self.open
        if above >= 0 { levels[above].directory = nil }
        return true
    }

    private func openDirectory(_ name: PathComponent) throws(Errno) -> FileDescriptor? {
        do throws(Errno) {
            return try FileDescriptor.open(Path(name), at: current.file, [.readOnly, .directory, .noFollow])
        } catch {
            switch error {
            case .noSuchFileOrDirectory, .noSuchDevice, .notDirectory, .tooManySymbolicLinks: return nil
            default: throw error
            }
        }
    }

    /// Goes back to the directory above, whether or not everything was given; the name of the one left, nil at the start.
    package mutating func leave() throws(Errno) -> PathComponent? {
        guard levels.count > 1, let level = levels.popLast() else { return nil }
        let last = levels.count - 1
        if let above = levels[last].directory {
            current = above
        } else {
            let above = try FileDescriptor.open("..", at: current.file, [.readOnly, .directory])
            let status = try above.status()
            guard status.inode == levels[last].inode, status.device == device else { throw .staleFile }
            current = SharedDescriptor(above)
            levels[last].directory = current
        }
        return level.name
    }
}
