import LinuxKernel
import RuntimeSpec

extension Cgroup {
    /// Gives a cpuset of version 1 its CPUs and memory nodes: a new one has none, and then no process may join.
    mutating func fillCpuset(_ index: Int, cpu: CPUResources?) throws(CgroupError) {
        try fill("cpuset.cpus", of: index, wanted: cpu?.cpus, property: "linux.resources.cpu.cpus")
        try fill("cpuset.mems", of: index, wanted: cpu?.mems, property: "linux.resources.cpu.mems")
    }

    private mutating func fill(
        _ file: StaticString, of index: Int, wanted: String?, property: String
    ) throws(CgroupError) {
        let directory = try directory(of: index)
        guard let wanted, !wanted.isEmpty else {
            _ = try inheritedValue(of: file, directory.file, index, above: 0)
            return
        }
        _ = try inheritedValue(of: file, directory.file, index, above: 1)
        try write(wanted, to: file.description, of: index, property: property)
    }

    /// The value of the file `above` levels above the cgroup; one that is empty is filled from its own parent first.
    private mutating func inheritedValue(
        of file: StaticString, _ directory: borrowing FileDescriptor, _ index: Int, above: Int
    ) throws(CgroupError) -> ByteString {
        var path: Path = "\(file)"
        for _ in 0..<above { path = "../\(path)" }
        let full = branches[index].directory.appending(path)
        // What was just made is empty; nothing needs to be read.
        if above >= branches[index].made.count {
            let value = try attempt("read", full) { () throws(Errno) in try readKernelFile(path, at: directory) }
            if !value.isEmpty { return value }
        }
        guard above < 128 else {
            throw CgroupError(operation: "read", path: full.text, errno: .tooManySymbolicLinks)
        }
        let value = try inheritedValue(of: file, directory, index, above: above + 1)
        do throws(Errno) {
            try writeKernelFile(path, at: directory, value)
        } catch {
            throw .write(value.text, to: full.text, error)
        }
        return value
    }
}
