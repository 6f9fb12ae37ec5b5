import ByteStrings
import ContainerInit
import LinuxKernel

/// What a host offers in the resctrl file system: cache and memory bandwidth by Resource Director Technology.
package struct ResctrlFacts: Equatable, Sendable {
    /// Where it is mounted.
    package var path: Path
    /// Whether the level 3 cache can be shared out.
    package var hasCache = false
    /// Whether memory bandwidth can be shared out.
    package var hasMemoryBandwidth = false
    /// Whether groups can be monitored.
    package var hasMonitoring = false

    package init(path: Path) { self.path = path }

    /// Looks for the mount in the table of this process; nil when there is none.
    package static func detect() -> ResctrlFacts? {
        do throws(Errno) {
            let file = try FileDescriptor.open("/proc/self/mountinfo")
            let table = try file.readAll(limit: 64 << 20, expected: 16384)
            // The last one: it may cover others.
            for entry in MountTable.entries(table).reversed() where entry.type == "resctrl" && entry.root == "/" {
                let directory = try FileDescriptor.open(entry.point, [.path, .directory])
                if try directory.fileSystemKind() == .resctrl {
                    return ResctrlFacts(path: entry.point, directory: directory)
                }
            }
        } catch {
            // Without /proc, or with a mount that is being taken away: nothing that could be used.
        }
        return nil
    }

    /// Looks into the directory `info` of a tree. See the kernel's Documentation/filesystems/resctrl.rst.
    package init(path: Path, directory: borrowing FileDescriptor) {
        self.path = path
        hasCache = fileExists("info/L3", at: directory) || fileExists("info/L3CODE", at: directory)
        hasMemoryBandwidth = fileExists("info/MB", at: directory)
        hasMonitoring = fileExists("info/L3_MON", at: directory)
    }
}
