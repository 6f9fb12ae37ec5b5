import CLinuxKernel

/// A moment on the clock that only goes forward, up to which something may take.
package struct Deadline: Sendable {
    private let nanoseconds: UInt64

    /// The moment `milliseconds` from now; negative counts as now.
    package init(milliseconds: Int32) {
        nanoseconds = linux_now_nanoseconds(CLOCK_MONOTONIC) + UInt64(max(0, milliseconds)) * 1_000_000
    }

    /// Whether the moment has come.
    package var isOver: Bool { linux_now_nanoseconds(CLOCK_MONOTONIC) >= nanoseconds }

    /// The milliseconds that are left, rounded up.
    package var milliseconds: Int32 {
        let now = linux_now_nanoseconds(CLOCK_MONOTONIC)
        return now >= nanoseconds ? 0 : Int32(clamping: (nanoseconds - now + 999_999) / 1_000_000)
    }
}
