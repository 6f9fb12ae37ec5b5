import Linux

/// Writes a command's result to standard output.
func writeStandardOutput(_ bytes: [UInt8]) throws(CommandError) {
    do throws(Errno) {
        try Linux.write(bytes, to: 1)
    } catch {
        throw CommandError("write", "/dev/stdout", error)
    }
}

/// Writes a command's result to standard output.
func writeStandardOutput(_ text: String) throws(CommandError) {
    try writeStandardOutput([UInt8](text.utf8))
}

/// Writes a message for people to standard error.
func writeStandardError(_ text: String) {
    // Where standard error cannot be written there is no place left to say so.
    do throws(Errno) { try Linux.write([UInt8](text.utf8), to: 2) } catch {}
}
