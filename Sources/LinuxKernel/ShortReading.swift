/// Reads a file that is mostly short with one read(2): a regular file gives less than was asked for only at its end, and so do
/// the files of proc that are one line. More than `limit` bytes are `EFBIG`.
///
/// The file is opened without blocking, so a fifo reads as empty or as `EAGAIN`.
package func readAtOnce(
    _ path: Path, at directory: borrowing FileDescriptor = .workingDirectory, limit: Int, expected: Int = 8192
) throws(Errno) -> [UInt8] {
    let file = try FileDescriptor.open(path, at: directory, .withoutWaiting)
    var bytes = try file.read(count: expected)
    var isShort = bytes.count < expected
    while !isShort {
        let part = try file.read(count: 65536)
        isShort = part.count < 65536
        bytes += part
        if bytes.count > limit { throw .fileTooLarge }
    }
    return bytes
}
