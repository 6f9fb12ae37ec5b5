/// The part of a configuration that is specific to FreeBSD. It has no effect on Linux; what the specification closes is
/// checked all the same, so that a wrong file does not pass for a right one.
struct FreeBSDConfiguration {
    var jail: Jail?

    /// The jail of the container.
    struct Jail {
        var host: SharingModeNoDisable?
        var vnet: SharingModeNoDisable?
        var ip4: SharingMode?
        var ip6: SharingMode?
        var sysvmsg: SharingMode?
        var sysvsem: SharingMode?
        var sysvshm: SharingMode?
    }

    /// How a jail shares something with its parent.
    enum SharingMode: String, CaseIterable {
        case disable
        case new
        case inherit
    }

    /// How a jail shares something with its parent that it cannot do without.
    enum SharingModeNoDisable: String, CaseIterable {
        case new
        case inherit
    }
}

extension FreeBSDConfiguration: SpecObject {
    static var blank: FreeBSDConfiguration { FreeBSDConfiguration() }

    mutating func members<Visitor: MemberVisitor & ~Copyable>(_ visitor: inout Visitor) throws(Visitor.Failure) {
        try visitor.member("jail", &jail)
    }
}

extension FreeBSDConfiguration.Jail: SpecObject {
    static var blank: FreeBSDConfiguration.Jail { FreeBSDConfiguration.Jail() }

    mutating func members<Visitor: MemberVisitor & ~Copyable>(_ visitor: inout Visitor) throws(Visitor.Failure) {
        try visitor.member("host", &host)
        try visitor.member("vnet", &vnet)
        try visitor.member("ip4", &ip4)
        try visitor.member("ip6", &ip6)
        try visitor.member("sysvmsg", &sysvmsg)
        try visitor.member("sysvsem", &sysvsem)
        try visitor.member("sysvshm", &sysvshm)
    }
}

extension FreeBSDConfiguration.SharingMode: SpecName {
    static func unknown(_ name: String) -> String { "invalid sharing mode \"" + name + "\"" }
}

extension FreeBSDConfiguration.SharingModeNoDisable: SpecName {
    static func unknown(_ name: String) -> String { "invalid sharing mode \"" + name + "\"" }
}
