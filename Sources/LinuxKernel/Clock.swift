import CLinuxKernel

/// The monotonic clock, in nanoseconds.
package func monotonicNanoseconds() -> UInt64 { linux_now_nanoseconds(CLOCK_MONOTONIC) }

/// The seconds of the monotonic clock.
package func monotonicSeconds() -> Int {
    Int(linux_now_nanoseconds(CLOCK_MONOTONIC) / 1_000_000_000)
}

/// The wall clock, in nanoseconds since 1970.
package func realtimeNanoseconds() -> UInt64 { linux_now_nanoseconds(CLOCK_REALTIME) }

/// Sleeps, or less if a signal comes. See nanosleep(2).
package func sleep(microseconds: UInt) { _ = linux_sleep_microseconds(microseconds) }
