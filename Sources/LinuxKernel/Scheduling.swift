import CLinuxKernel

/// How a process is scheduled. See sched_setattr(2); times in nanoseconds.
package struct SchedulingAttributes: Equatable, Sendable {
    package var policy: UInt32
    package var flags: UInt64 = 0
    package var nice: Int32 = 0
    package var priority: UInt32 = 0
    package var runtime: UInt64 = 0
    package var deadline: UInt64 = 0
    package var period: UInt64 = 0

    package init(policy: UInt32) { self.policy = policy }

    /// Applies the attributes to this process.
    package func apply() throws(Errno) {
        var raw = linux_sched_attr()
        raw.size = UInt32(MemoryLayout<linux_sched_attr>.size)
        raw.policy = policy
        raw.flags = flags
        raw.nice = nice
        raw.priority = priority
        raw.runtime = runtime
        raw.deadline = deadline
        raw.period = period
        try check(linux_sched_setattr(0, &raw))
    }
}

// IOPRIO_WHO_PROCESS and IOPRIO_CLASS_SHIFT.
private let oneProcess: Int32 = 1
private let classShift: Int32 = 13

/// Sets the I/O priority of this process. See ioprio_set(2).
package func setIOPriority(class: Int32, priority: Int32) throws(Errno) {
    try check(linux_ioprio_set(oneProcess, 0, `class` << classShift | priority))
}

/// Restricts this thread to `processors`. See sched_setaffinity(2).
package func setAffinity(_ processors: [Int]) throws(Errno) {
    try setAffinity(mask: bitMask(of: processors))
}

/// The processors that this thread may run on, as a bit mask. See sched_getaffinity(2).
package func affinityMask() throws(Errno) -> [UInt64] {
    var mask = [UInt64](repeating: 0, count: 1024)
    let size = try check(linux_sched_getaffinity(0, mask.count * 8, &mask))
    return Array(mask.prefix(size / 8))
}

/// The number that a bit mask is, as `0x` and its hexadecimal digits.
package func hexadecimalText(of mask: [UInt64]) -> String {
    var text = ""
    for word in mask.reversed() where word != 0 || !text.isEmpty {
        let digits = String(word, radix: 16)
        if !text.isEmpty { text += String(repeating: "0", count: 16 - digits.utf8.count) }
        text += digits
    }
    return text.isEmpty ? "0x0" : "0x" + text
}

/// Lets this thread run on the processors of a mask.
package func setAffinity(mask: [UInt64]) throws(Errno) {
    try check(linux_sched_setaffinity(0, mask.count * 8, mask))
}

/// Lets this thread run on every processor that its cpuset allows.
package func resetAffinity() throws(Errno) {
    // More bits than any kernel has processors; the kernel ignores the rest.
    try setAffinity(mask: [UInt64](repeating: .max, count: 128))
}

/// Sets the memory policy of this process. See set_mempolicy(2).
package func setMemoryPolicy(mode: Int32, nodes: [Int]) throws(Errno) {
    guard !nodes.isEmpty else {
        try check(linux_set_mempolicy(mode, nil, 0))
        return
    }
    let mask = bitMask(of: nodes).map { UInt($0) }
    // The kernel takes one off the number of bits it is given.
    try check(linux_set_mempolicy(mode, mask, UInt((nodes.max() ?? 0) + 2)))
}

private func bitMask(of numbers: [Int]) -> [UInt64] {
    var mask = [UInt64](repeating: 0, count: (numbers.max() ?? 0) / 64 + 1)
    for number in numbers { mask[number / 64] |= 1 << UInt64(number % 64) }
    return mask
}
