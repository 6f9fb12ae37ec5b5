import ByteStrings
import LinuxKernel

/// Reads the document that an argument names: a file, which engines write for each call, or standard input for `-`.
func readDocument(_ path: Path) throws(CommandError) -> [UInt8] {
    let isInput = path == "-"
    do throws(Errno) {
        // A pipe, too: `--resources <(generate)` of a shell.
        return try isInput ? readStandardInput(limit: 16 << 20) : readFileOrPipe(path, limit: 16 << 20)
    } catch {
        throw isInput ? CommandError("read standard input: " + error.message) : CommandError("open", path, error)
    }
}

/// What messages call the document.
func nameOfDocument(_ path: Path) -> String { path == "-" ? "standard input" : path.text }
