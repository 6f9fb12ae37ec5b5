import ByteStrings

/// What one step of the child leaves for a later one, besides descriptors.
package struct StepValues {
    /// From the bounding set's step to those of capabilities: what the process has, and so the most its program can get.
    package var availableCapabilities: UInt64 = 0
    /// From one try to enter the working directory to the next: whether it is entered.
    package var isInWorkingDirectory = false
    /// From the look-up to the exec: the program's path.
    package var program: Path?
    /// From the look-up to the startContainer hooks and the exec: the program's environment, completed.
    package var environment: [ByteString] = []
    /// From the first hooks to those after them: where their output goes.
    package var hookSinks: HookSinks?
    /// From the filter's step to the exec: what binds the process by now.
    package var filter: [UInt64]?
}
