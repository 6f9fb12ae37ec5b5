import ByteStrings
import ContainerInit
import ContainerSteps
import LinuxKernel

/// What one word among the options of a mount does.
package struct MountOption: Sendable {
    package let name: StaticString
    package let effect: Effect

    package enum Effect: Sendable {
        /// Sets flags of mount(2).
        case set(MountFlags)
        /// Clears flags of mount(2).
        case clear(MountFlags)
        /// Changes the propagation after the mount is made.
        case propagate(MountFlags)
        /// Sets attributes of the whole tree.
        case setTree(MountAttributes)
        /// Clears attributes of the whole tree.
        case clearTree(MountAttributes)
        /// Sets the access time mode of the whole tree.
        case setTreeAccessTime(MountAttributes)
        /// Asks the runtime for something of its own.
        case rule(MountStep.Rules)
        /// Maps the ids of the mount.
        case mapIDs(recursively: Bool)
        /// Names the default, or what the kernel has no attribute for.
        case nothing
    }

    /// All words that are not data of a file system, sorted by name.
    private static let table: InlineArray<_, MountOption> = [
        MountOption("async", .clear(.synchronous)),
        MountOption("atime", .clear(.noAccessTime)),
        MountOption("bind", .set(.bind)),
        MountOption("copy-symlink", .rule(.copySymbolicLink)),
        MountOption("defaults", .nothing),
        MountOption("dest-nofollow", .rule(.destinationNoFollow)),
        MountOption("dev", .clear(.noDevices)),
        MountOption("diratime", .clear(.noDirectoryAccessTime)),
        MountOption("dirsync", .set(.directorySynchronous)),
        MountOption("exec", .clear(.noExec)),
        MountOption("idmap", .mapIDs(recursively: false)),
        MountOption("iversion", .set(.inodeVersion)),
        MountOption("lazytime", .set(.lazyTime)),
        MountOption("loud", .clear(.silent)),
        MountOption("mand", .set(.mandatoryLocks)),
        MountOption("noatime", .set(.noAccessTime)),
        MountOption("nodev", .set(.noDevices)),
        MountOption("nodiratime", .set(.noDirectoryAccessTime)),
        MountOption("noexec", .set(.noExec)),
        MountOption("noiversion", .clear(.inodeVersion)),
        MountOption("nolazytime", .clear(.lazyTime)),
        MountOption("nomand", .clear(.mandatoryLocks)),
        MountOption("norelatime", .clear(.relativeAccessTime)),
        MountOption("nostrictatime", .clear(.strictAccessTime)),
        MountOption("nosuid", .set(.noSetuid)),
        MountOption("nosymfollow", .set(.noSymbolicLinks)),
        MountOption("private", .propagate(.privatePropagation)),
        MountOption("ratime", .setTreeAccessTime([])),
        MountOption("rbind", .set([.bind, .recursive])),
        MountOption("rdev", .clearTree(.noDevices)),
        MountOption("rdiratime", .clearTree(.noDirectoryAccessTime)),
        MountOption("relatime", .set(.relativeAccessTime)),
        MountOption("remount", .set(.remount)),
        MountOption("rexec", .clearTree(.noExec)),
        MountOption("ridmap", .mapIDs(recursively: true)),
        MountOption("rnoatime", .setTreeAccessTime(.noAccessTime)),
        MountOption("rnodev", .setTree(.noDevices)),
        MountOption("rnodiratime", .setTree(.noDirectoryAccessTime)),
        MountOption("rnoexec", .setTree(.noExec)),
        MountOption("rnorelatime", .setTreeAccessTime([])),
        MountOption("rnostrictatime", .setTreeAccessTime([])),
        MountOption("rnosuid", .setTree(.noSetuid)),
        MountOption("rnosymfollow", .setTree(.noSymbolicLinks)),
        MountOption("ro", .set(.readOnly)),
        MountOption("rprivate", .propagate([.privatePropagation, .recursive])),
        MountOption("rrelatime", .setTreeAccessTime([])),
        MountOption("rro", .setTree(.readOnly)),
        MountOption("rrw", .clearTree(.readOnly)),
        MountOption("rshared", .propagate([.shared, .recursive])),
        MountOption("rslave", .propagate([.slave, .recursive])),
        MountOption("rstrictatime", .setTreeAccessTime(.strictAccessTime)),
        MountOption("rsuid", .clearTree(.noSetuid)),
        MountOption("rsymfollow", .clearTree(.noSymbolicLinks)),
        MountOption("runbindable", .propagate([.unbindable, .recursive])),
        MountOption("rw", .clear(.readOnly)),
        MountOption("shared", .propagate(.shared)),
        MountOption("silent", .set(.silent)),
        MountOption("slave", .propagate(.slave)),
        MountOption("src-nofollow", .rule(.sourceNoFollow)),
        MountOption("strictatime", .set(.strictAccessTime)),
        MountOption("suid", .clear(.noSetuid)),
        MountOption("symfollow", .clear(.noSymbolicLinks)),
        MountOption("sync", .set(.synchronous)),
        MountOption("tmpcopyup", .rule(.copyUp)),
        MountOption("unbindable", .propagate(.unbindable)),
    ]

    package init(_ name: StaticString, _ effect: Effect) {
        self.name = name
        self.effect = effect
    }

    /// The names of all.
    package static var names: [String] { table.indices.map { table[$0].name.description } }

    /// Looks a word up.
    package static func named(_ word: ByteString) -> MountOption? {
        var lower = 0
        var upper = table.count
        while lower < upper {
            let middle = (lower + upper) / 2
            let order = compare(word, table[middle].name)
            if order == 0 { return table[middle] }
            if order < 0 { upper = middle } else { lower = middle + 1 }
        }
        return nil
    }

    private static func compare(_ bytes: ByteString, _ name: StaticString) -> Int {
        let count = min(bytes.count, name.utf8CodeUnitCount)
        for index in 0..<count where bytes[index] != name.utf8Start[index] {
            return Int(bytes[index]) - Int(name.utf8Start[index])
        }
        return bytes.count - name.utf8CodeUnitCount
    }
}

/// The words among the options of a mount that the runtime knows, sorted, as the features document lists them.
package let knownMountOptions: [String] = MountOption.names
