import ByteStrings
import LinuxKernel

/// What a runtime and the program that is its child must have in common.
package enum InitStamp {
    /// The argument behind `init` by which a program is asked for its stamp instead of being the child.
    package static let question: StaticString = "stamp"

    /// The stamp of this program: its version and the format of its plans.
    package static var text: String { "apus \(runtimeVersion) plan \(planFormat)" }

    /// Writes the stamp to standard output, as a line, and ends this process.
    package static func answer() -> Never {
        do throws(Errno) {
            try DescriptorNumber(rawValue: 1).lend { (output) throws(Errno) in
                try output.write(Array((text + "\n").utf8))
            }
        } catch {
            exitProcess(1)
        }
        exitProcess(0)
    }
}
