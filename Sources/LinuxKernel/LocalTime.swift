import CLinuxKernel

/// A moment in the zone of the host, as log records show it.
package struct LocalTime: Sendable {
    package let year: Int
    package let month: Int
    package let day: Int
    package let hour: Int
    package let minute: Int
    package let second: Int
    /// Seconds east of UTC.
    package let offset: Int

    package init(year: Int, month: Int, day: Int, hour: Int, minute: Int, second: Int, offset: Int) {
        self.year = year
        self.month = month
        self.day = day
        self.hour = hour
        self.minute = minute
        self.second = second
        self.offset = offset
    }

    /// The present. Reads the zone's file, so it is for what is rare.
    package static func now() -> LocalTime {
        var parts = linux_local_time()
        linux_read_local_time(&parts)
        return LocalTime(
            year: Int(parts.year), month: Int(parts.month), day: Int(parts.day), hour: Int(parts.hour),
            minute: Int(parts.minute), second: Int(parts.second), offset: parts.offset)
    }
}
