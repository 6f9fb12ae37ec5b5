/// The streams that every program has open from its start, or that `replaceClosedStreams` has opened for it. They stay open.
extension SharedDescriptor {
    package static let standardInput = SharedDescriptor(FileDescriptor(owning: 0))
    package static let standardOutput = SharedDescriptor(FileDescriptor(owning: 1))
    package static let standardError = SharedDescriptor(FileDescriptor(owning: 2))
}

/// Reads all of the standard input up to `limit` bytes; more than that is `EFBIG`.
package func readStandardInput(limit: Int) throws(Errno) -> [UInt8] {
    try SharedDescriptor.standardInput.file.readAll(limit: limit)
}

/// Writes `text` to the standard error with a single write(2); a short write is `EIO`.
package func writeToStandardError(_ text: ByteString) throws(Errno) {
    try SharedDescriptor.standardError.file.writeOnce(text)
}
