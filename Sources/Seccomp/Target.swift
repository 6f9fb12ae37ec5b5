/// Where a call or a jump leads: to a verdict, or to a place that has a number.
struct Target: Equatable, Sendable {
    let rawValue: UInt32

    init(rawValue: UInt32) { self.rawValue = rawValue }
    init(_ verdict: Verdict) { rawValue = verdict.rawValue }
    /// The place with a number below 2^24.
    init(place: Int) { rawValue = Self.mark | UInt32(place) }

    /// No action of seccomp(2) has these bits.
    private static var mark: UInt32 { 0x4000_0000 }

    /// The number of the place; nil for a verdict.
    var place: Int? { rawValue & 0xff00_0000 == Self.mark ? Int(rawValue & 0x00ff_ffff) : nil }
    /// The verdict of what is no place.
    var verdict: Verdict { Verdict(rawValue: rawValue) }
}
