import ByteStrings
import ContainerInit
import LinuxKernel
import Seccomp

/// What a debug log has of the start of a child.
extension Conversation {
    /// The executable of the child, such that nobody can write to it.
    func sealedExecutable(for spawn: SpawnStep) throws(ContainerError) -> SealedExecutable {
        // In a pid namespace of its own nobody else is before the start. A program with other threads may have children that
        // hold what it closes.
        let isUnseen = ThisProcess.isCommand && spawn.namespaces.contains(.newPID)
        let executable =
            switch program {
            case .itself:
                try attempt("open", "the runtime's own executable") { () throws(Errno) in
                    try SealedExecutable.open(isUnseen: isUnseen)
                }
            case .file(let path):
                try attempt("open", path) { () throws(Errno) in try SealedExecutable.open(path) }
            }
        if let trace {
            switch executable.protection {
            case .readOnlyMount: trace("runc exeseal: using /proc/self/exe clone: a file of a read-only mount")
            case .readOnlyOverlay:
                trace("runc exeseal: using overlayfs for sealed /proc/self/exe")
                trace("runc exeseal: using /proc/self/exe clone: a file of a read-only overlay")
            case .memoryCopy: trace("runc exeseal: using /proc/self/exe clone: a sealed copy in memory")
            }
        }
        return executable
    }

    package func traceSpawn(_ spawn: SpawnStep) {
        guard let trace, let pid = childPID else { return }
        trace("nsexec container setup: process \(pid), new namespaces: " + spawn.namespaces.shown)
        trace("nsexec[\(pid)]: affinity: " + Self.affinity(spawn.processors))
        trace("child process in init(): \(plan.child.steps.count) steps")
        for case let step as SeccompStep in plan.child.steps.map(\.step) {
            // TSYNC (1) changes nothing for a process of one thread.
            let flags = step.program.flags.union(step.program.optionalFlags).rawValue & ~1
            trace("seccomp filter flags: \(flags)")
        }
    }

    /// The processors as one number, a bit for each: those of a plan, or else those of this thread.
    private static func affinity(_ processors: [Int32]) -> String {
        var words: [UInt64] = []
        if processors.isEmpty {
            do throws(Errno) { words = try affinityMask() } catch { return "unknown" }
        }
        for number in processors.map({ Int($0) }) {
            while words.count <= number / 64 { words.append(0) }
            words[number / 64] |= 1 << UInt64(number % 64)
        }
        var text = ""
        for word in words.reversed() {
            let digits = String(word, radix: 16)
            if text.isEmpty {
                if word != 0 { text = digits }
            } else {
                text += String(repeating: "0", count: 16 - digits.utf8.count) + digits
            }
        }
        return "0x" + (text.isEmpty ? "0" : text)
    }
}
