import LinuxKernel

/// `path` from the root of the file system, without `.`, `..` and doubled slashes.
func absolutePath(_ path: Path) throws(CommandError) -> Path {
    if path.isAbsolute { return path.cleaned }
    do throws(Errno) {
        return path.absolute(in: try currentDirectory())
    } catch {
        throw CommandError("getwd: " + error.message)
    }
}
