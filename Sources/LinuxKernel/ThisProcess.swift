import ByteStrings
import CLinuxKernel

/// The id of this process.
package var processIdentifier: Int32 { Int32(truncatingIfNeeded: linux_getpid()) }

/// What a process has seen to at its start.
package enum ThisProcess {
    /// Whether this is a program of one thread that never changes its ids, and whose standard streams are open.
    nonisolated(unsafe) package private(set) static var isCommand = false

    /// Says so. To be called first of all.
    package static func becomeCommand() { isCommand = true }

    /// The name below /proc of the calling thread's directory: that of the process, which has fewer parts, where it has no other
    /// thread.
    package static var entry: ByteString { isCommand ? "self" : "thread-self" }

    /// A file of that directory.
    package static func file(_ name: StaticString) -> Path {
        (isCommand ? "/proc/self" as Path : "/proc/thread-self").entry(name)
    }
}

/// Ends the process at once, without running exit handlers: nothing here buffers output.
package func exitProcess(_ status: Int32) -> Never { linux_exit_group(status) }
