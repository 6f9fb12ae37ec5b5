import LinuxKernel

extension Cgroup {
    /// Makes `user` the owner of the cgroup, so that the container may divide it further: the directory and the files
    /// that the kernel names for this, and no others. Only where the container has a hierarchy of its own, cgroup v2.
    ///
    /// See runtime-spec, `linux.cgroupsPath`, "cgroup ownership", and cgroups(7), "cgroup delegation".
    package mutating func delegate(to user: UInt32) throws(CgroupError) {
        guard kind == .unified, let index = unifiedIndex else { return }
        let directory = try directory(of: index)
        let path = branches[index].directory
        for file in ["." as Path] + Self.delegatedFiles() {
            do throws(Errno) {
                try changeOwner(of: file, at: directory.file, user: user)
            } catch .noSuchFileOrDirectory {
                // A file of a controller that this cgroup does not have.
            } catch {
                throw CgroupError(operation: "chown", path: path.appending(file).text, errno: error)
            }
        }
    }

    /// The files that the kernel lets a cgroup's user write, in /sys/kernel/cgroup/delegate since 4.15.
    private static func delegatedFiles() -> [Path] {
        let text: ByteString
        do throws(Errno) {
            text = try readKernelFile("/sys/kernel/cgroup/delegate")
        } catch {
            return ["cgroup.procs", "cgroup.subtree_control", "cgroup.threads"]
        }
        return text.parts(separatedBy: UInt8(ascii: "\n")).compactMap { PathComponent($0) }.map { Path($0) }
    }
}
