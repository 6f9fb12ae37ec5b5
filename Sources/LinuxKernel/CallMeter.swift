import CLinuxKernel

/// Counts and times the system calls of this process while somebody wants to know.
///
/// It sits where the results of the calls are checked, so it sees each wrapper of this target once: one that makes several
/// calls, as that of the clone and exec of a child, counts as one. Off, it costs a look at a flag beside each call.
package struct CallMeter: Sendable {
    /// Whether it counts.
    package private(set) var isRunning = false
    /// How many calls there were.
    package private(set) var count: UInt64 = 0
    /// How long they took, in nanoseconds, their waiting included.
    package private(set) var nanoseconds: UInt64 = 0

    /// Counts from now on, for the whole process.
    package static func start() { callMeter.isRunning = true }

    /// Remembers a call that began at this moment of the monotonic clock.
    @inline(never)
    fileprivate mutating func add(since begin: UInt64) {
        count &+= 1
        nanoseconds &+= linux_now_nanoseconds(CLOCK_MONOTONIC) &- begin
    }
}

/// The meter of this process. It is written by `CallMeter.start`, which the process that traces itself calls with one thread,
/// and only counts afterwards. No access holds on while another begins, so none is looked after at run time, at each call.
@exclusivity(unchecked)
nonisolated(unsafe) private var callMeter = CallMeter()

/// Makes a system call, under the meter if it runs.
@inline(__always)
func metered(_ call: () -> Int) -> Int {
    let begin = callMeter.isRunning ? linux_now_nanoseconds(CLOCK_MONOTONIC) : 0
    let result = call()
    if begin != 0 { callMeter.add(since: begin) }
    return result
}

/// What this process has used at one moment, to be compared with another moment.
package struct UsageSample: Equatable, Sendable {
    /// Nanoseconds of CLOCK_MONOTONIC, which a time namespace shifts.
    package var monotonic: UInt64 = 0
    /// Nanoseconds of CLOCK_REALTIME, which none does.
    package var realtime: UInt64 = 0
    /// Nanoseconds on a processor, in the program and in the kernel.
    package var processor: UInt64 = 0
    /// The system calls, and the nanoseconds in them.
    package var calls: UInt64 = 0
    package var callTime: UInt64 = 0
    /// The page faults that needed no device.
    package var pageFaults: UInt64 = 0

    package init() {}

    /// The present moment. See clock_gettime(2) and getrusage(2).
    package static var now: UsageSample {
        var sample = UsageSample()
        sample.monotonic = linux_now_nanoseconds(CLOCK_MONOTONIC)
        sample.realtime = linux_now_nanoseconds(CLOCK_REALTIME)
        sample.processor = linux_now_nanoseconds(CLOCK_THREAD_CPUTIME_ID)
        sample.calls = callMeter.count
        sample.callTime = callMeter.nanoseconds
        sample.pageFaults = linux_minor_faults()
        return sample
    }
}
