/// The execution domain of the container's processes, see personality(2).
public struct Personality: Equatable, Sendable {
    /// The domain.
    public var domain: PersonalityDomain
    /// Flags; the specification defines none.
    public var flags: [String]

    /// Makes a personality.
    public init(domain: PersonalityDomain, flags: [String] = []) {
        self.domain = domain
        self.flags = flags
    }
}

/// An execution domain of personality(2).
#if hasAttribute(nonexhaustive)
    @nonexhaustive
#endif
public enum PersonalityDomain: String, CaseIterable, Sendable {
    /// The native one.
    case linux = "LINUX"
    /// The 32-bit one of the same architecture, as uname(2) shows it.
    case linux32 = "LINUX32"

    /// The number of the domain for personality(2).
    public var number: UInt {
        switch self {
        case .linux: 0x0
        case .linux32: 0x8
        }
    }
}

extension Personality: SpecObject {
    static var blank: Personality { Personality(domain: .linux) }

    mutating func members<Visitor: MemberVisitor & ~Copyable>(_ visitor: inout Visitor) throws(Visitor.Failure) {
        try visitor.member("domain", &domain, .required)
        try visitor.member("flags", &flags)
    }
}

extension PersonalityDomain: SpecName {
    static func unknown(_ name: String) -> String { "invalid personality domain " + name }
}
