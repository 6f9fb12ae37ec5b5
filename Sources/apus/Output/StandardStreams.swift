import LinuxKernel

/// Whether the caller gave no standard output, so that its number stands for the null device: what a command prints
/// would be lost without a word.
///
/// Set once, at the entry of the program, which has one thread.
nonisolated(unsafe) var isStandardOutputMissing = false

/// Writes a command's result to standard output.
func writeStandardOutput(_ bytes: [UInt8]) throws(CommandError) {
    do throws(Errno) {
        if isStandardOutputMissing { throw .badFileDescriptor }
        try SharedDescriptor.standardOutput.file.write(bytes)
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
    do throws(Errno) { try SharedDescriptor.standardError.file.write([UInt8](text.utf8)) } catch {}
}
