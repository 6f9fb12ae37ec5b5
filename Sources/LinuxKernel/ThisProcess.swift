import CLinuxKernel

/// The id of this process.
package var processIdentifier: Int32 { Int32(truncatingIfNeeded: linux_getpid()) }

/// Ends the process at once, without running exit handlers: nothing here buffers output.
package func exitProcess(_ status: Int32) -> Never { linux_exit_group(status) }
