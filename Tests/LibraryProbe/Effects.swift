import CIntegrationSupport
import Glibc

/// What belongs to a process as a whole, and a library has to leave alone.
struct ProcessAttributes: Equatable {
    private var values: [String: String] = [:]
    /// The blocked signals of the threads; those of the library and of the runtime come and go.
    private var masks: [String: String] = [:]

    init() {
        // What the kernel counts in the file, and what no library can help: threads, memory, waits.
        let kept = [
            "Umask", "Uid", "Gid", "Groups", "NStgid", "PPid", "NSsid", "NSpgid", "SigIgn", "SigCgt",
            "SigPnd",
            "CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb", "NoNewPrivs", "Seccomp", "Seccomp_filters",
            "Cpus_allowed", "Mems_allowed", "CoreDumping", "THP_enabled", "TracerPid",
        ]
        for line in lines(of: "/proc/self/status") {
            guard let colon = line.firstIndex(of: ":") else { continue }
            let name = String(line[..<colon])
            if kept.contains(name) { values[name] = String(line[colon...]) }
        }
        for limit in lines(of: "/proc/self/limits") { values["limit " + limit.prefix(26)] = limit }
        for kind in names(in: "/proc/self/ns") { values["namespace " + kind] = link("/proc/self/ns/" + kind) }
        for name in ["cwd", "root", "exe"] { values[name] = link("/proc/self/" + name) }
        for file in ["cgroup", "oom_score_adj", "timerslack_ns", "personality", "coredump_filter", "sessionid"] {
            values[file] = lines(of: "/proc/self/" + file).joined(separator: " ")
        }
        values["subreaper"] = "\(support_is_subreaper())"
        values["dumpable"] = "\(support_is_dumpable())"
        values["death signal"] = "\(support_death_signal())"
        values["priority"] = "\(getpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0))"
        // The first thread belongs to the concurrency runtime, which blocks signals on it at a moment of its own.
        for thread in names(in: "/proc/self/task") where thread != "\(getpid())" {
            let mask = lines(of: "/proc/self/task/\(thread)/status").first { $0.hasPrefix("SigBlk") }
            if let mask { masks[thread] = mask }
        }
        for number in 1...64 {
            var action = sigaction()
            guard sigaction(Int32(number), nil, &action) == 0 else { continue }
            values["handler of \(number)"] =
                "\(unsafeBitCast(action.__sigaction_handler, to: UInt.self)) \(action.sa_flags)"
        }
        var variable = environ
        var environment: [String] = []
        while let text = variable.pointee {
            environment.append(String(cString: text))
            variable += 1
        }
        values["environment"] = environment.joined(separator: "\n")
    }

    /// What is another than before.
    func differences(from before: ProcessAttributes) -> [String] {
        Set(values.keys).union(before.values.keys).sorted().filter { values[$0] != before.values[$0] }.map {
            "\($0): \(before.values[$0] ?? "none") → \(values[$0] ?? "none")"
        }
            + before.masks.keys.filter { masks[$0] != nil && masks[$0] != before.masks[$0] }.map {
                "mask of a thread: \(before.masks[$0] ?? "none") → \(masks[$0] ?? "none")"
            }
    }
}

private func link(_ path: String) -> String {
    var buffer = [CChar](repeating: 0, count: 4096)
    let count = readlink(path, &buffer, buffer.count)
    return String(decoding: buffer.prefix(max(count, 0)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
}
