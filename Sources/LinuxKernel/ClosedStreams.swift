import CLinuxKernel

/// Some of the standard streams.
package struct StreamSet: OptionSet, Sendable {
    package let rawValue: Int32
    package init(rawValue: Int32) { self.rawValue = rawValue }

    package static let input = StreamSet(rawValue: 1)
    package static let output = StreamSet(rawValue: 2)
    package static let error = StreamSet(rawValue: 4)

    fileprivate init(number: Int) { self.init(rawValue: 1 << Int32(number)) }

    /// Whether the stream with a number is one of them.
    package func contains(_ number: DescriptorNumber) -> Bool { rawValue & (1 << number.rawValue) != 0 }
}

/// Opens the null device for each of the descriptors 0 to 2 that is closed, and gives those that were.
///
/// To be called before anything else is opened, which would get the free number, be taken for the stream, and be written
/// to by whoever has a message.
package func replaceClosedStreams() throws(Errno) -> StreamSet {
    let closed = closedStreams()
    for number in 0..<3 where closed.contains(StreamSet(number: number)) {
        // The lowest free number is this one: those below it are open by now.
        guard try openNullStream().release() == number else { throw .badFileDescriptor }
    }
    return closed
}

private func closedStreams() -> StreamSet {
    var closed = StreamSet()
    if DescriptorNumber.areOpen(0..<3) { return closed }
    for number in 0..<3 where !DescriptorNumber(rawValue: Int32(number)).isOpen {
        closed.insert(StreamSet(number: number))
    }
    return closed
}

/// A descriptor that stays open in programs that are executed: the null device or, where that is missing or something
/// else, the end of a pipe that reads as empty and cannot be written to, like a closed stream.
private func openNullStream() throws(Errno) -> FileDescriptor {
    let flags = O_RDWR | O_NOCTTY | O_NONBLOCK
    let number = linux_openat(workingDirectory, "/dev/null", flags, 0)
    if number >= 0 {
        let device = FileDescriptor(owning: Int32(number))
        let status = try device.status()
        if status.kind == .characterDevice, status.deviceNumber == (1, 3) { return device }
    }
    var ends: (Int32, Int32) = (-1, -1)
    let result = withUnsafeMutablePointer(to: &ends) {
        $0.withMemoryRebound(to: Int32.self, capacity: 2) { linux_pipe2($0, 0) }
    }
    try checked(result)
    let reader = FileDescriptor(owning: ends.0)
    FileDescriptor(owning: ends.1).close()
    return reader
}
