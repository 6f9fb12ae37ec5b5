/// The streams that every program has open from its start.
extension FileDescriptor {
    package static let standardInput = FileDescriptor(owning: 0)
    package static let standardOutput = FileDescriptor(owning: 1)
    package static let standardError = FileDescriptor(owning: 2)
}

/// Reads all of the standard input up to `limit` bytes; more than that is `EFBIG`.
package func readStandardInput(limit: Int) throws(Errno) -> [UInt8] {
    try FileDescriptor.standardInput.readAll(limit: limit)
}

/// Writes `text` to the standard error with a single write(2); a short write is `EIO`.
package func writeToStandardError(_ text: ByteString) throws(Errno) {
    try FileDescriptor.standardError.writeOnce(text)
}
