import Linux

/// The file that a caller reads a process's number from: decimal digits and nothing else.
struct PIDFile {
    let path: String

    /// Makes the file new under another name and renames it into place, so that no reader sees half of it and nothing
    /// is written through a link.
    func write(_ pid: Int32) throws(ContainerError) {
        let (folder, name) = Self.split(path)
        let temporary = folder + "." + name
        do throws(Errno) {
            let file = try FileDescriptor.open(
                temporary, [.writeOnly, .create, .exclusive, .synchronous, .noFollow], mode: 0o666)
            do throws(Errno) {
                try Linux.write(Array(String(pid).utf8), to: file.raw)
                try rename(temporary, to: path)
            } catch {
                try unlink(temporary)
                throw error
            }
        } catch {
            throw ContainerError(origin: Origin(.option), errno: error, reason: "open \(temporary)")
        }
    }

    private static func split(_ path: String) -> (folder: String, name: String) {
        guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return ("", path) }
        let next = path.index(after: slash)
        return (String(path[..<next]), String(path[next...]))
    }
}
