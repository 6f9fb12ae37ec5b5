import ByteStrings
import LinuxKernel
import Seccomp

/// What one step of the child leaves for a later one, besides descriptors.
package struct StepValues {
    /// From the bounding set's step to those of identity and capabilities: what the process has, and so the most its program
    /// can get. A change of the user takes none of the permitted ones.
    package var availableCapabilities: UInt64 = 0
    package var inheritableCapabilities: UInt64 = 0
    /// From one try to enter the working directory to the next: whether it is entered.
    package var isInWorkingDirectory = false
    /// From the look-up to the exec: the program's path.
    package var program: Path?
    /// From the look-up to the startContainer hooks and the exec: the program's environment, completed.
    package var environment: [ByteString] = []
    /// From the first hooks to those after them: where their output goes.
    package var hookSinks: HookSinks?
    /// From the filter's step to the exec: what binds the process by now.
    package var filter: SeccompProgram?
    /// From the replacing of null devices on: the container's, closed together with all that the file system was made with.
    package var nullDevice: SharedDescriptor?
    /// From the replacing of null devices to the giving away of streams: what the standard streams are.
    private var streams: [FileStatus?]?
}

extension StepValues {
    /// What a standard stream is, which is asked once, since none becomes another kind of file after it was looked at; nil for
    /// one that is closed.
    ///
    /// - Parameter known: those of which the plan says what they are, which are not looked at, and nil as well.
    package mutating func stream(_ number: DescriptorNumber, known: StreamSet) -> FileStatus? {
        let streams =
            self.streams ?? DescriptorNumber.standardStreams.map { known.contains($0) ? nil : Self.status(of: $0) }
        self.streams = streams
        return streams[Int(number.rawValue)]
    }

    private static func status(of number: DescriptorNumber) -> FileStatus? {
        do throws(Errno) {
            return try number.status()
        } catch {
            return nil
        }
    }
}
