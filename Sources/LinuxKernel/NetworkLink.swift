import CLinuxKernel

/// A network device of a network namespace. See rtnetlink(7).
package struct NetworkLink: Sendable, Equatable {
    /// Its number, which is its own in each namespace.
    package let index: Int32
    package let name: ByteString
    package let isUp: Bool

    init?(_ answer: NetlinkAnswer) {
        guard answer.kind == NetlinkMessage.Kind.newLink.rawValue, answer.body.count >= 16 else { return nil }
        index = answer.body.integer(at: 4, as: Int32.self)
        isUp = answer.body.integer(at: 8, as: UInt32.self) & UInt32(NetlinkMessage.interfaceUp) != 0
        var name = ByteString()
        for attribute in NetlinkAttributes(answer.body.dropFirst(16)) where attribute.type == LinkAttribute.name {
            name = attribute.name
        }
        self.name = name
    }
}

private enum LinkAttribute {
    static let name = UInt16(IFLA_IFNAME)
    static let namespace = UInt16(IFLA_NET_NS_FD)
}

/// An address of a network device, with all that makes it the same when it is given again.
package struct NetworkAddress: Sendable, Equatable {
    package let link: Int32
    package let family: UInt8
    package let prefixLength: UInt8
    package let scope: UInt8
    package let flags: UInt32
    /// Address, local address, label, broadcast, lifetimes, metric, origin: what a new address can be given.
    private let attributes: [Attribute]

    private struct Attribute: Sendable, Equatable {
        let type: UInt16
        let value: [UInt8]
    }

    init?(_ answer: NetlinkAnswer) {
        guard answer.kind == NetlinkMessage.Kind.newAddress.rawValue, answer.body.count >= 8 else { return nil }
        let bytes = Array(answer.body.prefix(8))
        family = bytes[0]
        prefixLength = bytes[1]
        scope = bytes[3]
        link = answer.body.integer(at: 4, as: Int32.self)
        var flags = UInt32(bytes[2])
        var attributes: [Attribute] = []
        for attribute in NetlinkAttributes(answer.body.dropFirst(8)) {
            if attribute.type == Self.flagsAttribute { flags = attribute.number }
            if Self.kept.contains(attribute.type) {
                attributes.append(Attribute(type: attribute.type, value: Array(attribute.value)))
            }
        }
        self.flags = flags
        self.attributes = attributes
    }

    /// Whether somebody gave it, and not the network, for a time.
    package var isPermanent: Bool { flags & UInt32(IFA_F_PERMANENT) != 0 }
    /// Whether it is valid beyond its own link: `RT_SCOPE_UNIVERSE`.
    package var isGlobal: Bool { scope == 0 }
    /// Whether it is one of those that the kernel makes for every device: an IPv6 address of link scope.
    package var isAutomatic: Bool { family == UInt8(AF_INET6) && scope == 253 }

    /// The request that gives the address to a device, whose name was `old` when the address was read.
    ///
    /// - Parameter servesAtOnce: an address that was proved to be the only one on its wire is not proved again, which
    ///   takes a second in which no program can bind to it.
    func request(for link: NetworkLink, formerly old: ByteString, servesAtOnce: Bool) -> NetlinkMessage {
        var message = NetlinkMessage(
            .newAddress, [.create, .exclusive], family: family, prefixLength: prefixLength, scope: scope,
            link: link.index)
        for attribute in attributes {
            if attribute.type == Self.labelAttribute {
                let label = ByteString(bytes: attribute.value.prefix { $0 != 0 })
                if let label = Self.label(label, of: old, for: link.name) { message.add(Self.labelAttribute, label) }
            } else {
                message.add(attribute.type, attribute.value)
            }
        }
        var flags = flags & Self.settable
        let isProved = self.flags & UInt32(IFA_F_TENTATIVE | IFA_F_DADFAILED) == 0
        if servesAtOnce, isProved, family == UInt8(AF_INET6) { flags |= UInt32(IFA_F_NODAD) }
        message.add(Self.flagsAttribute, flags)
        return message
    }

    /// A label begins with the name of its device, by custom: `eth0:web`. Nil leaves it to the kernel, which takes the
    /// name alone.
    static func label(_ label: ByteString, of old: ByteString, for new: ByteString) -> ByteString? {
        if label == old { return nil }
        guard label.hasPrefix("\(old):") else { return label }
        let renamed = new + label.dropping(first: old.count)
        return renamed.count <= 15 ? renamed : nil
    }

    private static let flagsAttribute = UInt16(IFA_FLAGS)
    private static let labelAttribute = UInt16(IFA_LABEL)
    private static let kept: [UInt16] = [
        UInt16(IFA_ADDRESS), UInt16(IFA_LOCAL), UInt16(IFA_LABEL), UInt16(IFA_BROADCAST), UInt16(IFA_CACHEINFO),
        UInt16(IFA_RT_PRIORITY), 11,  // IFA_PROTO, of Linux 5.18
    ]
    /// Those flags that can be asked for; the others are the kernel's findings.
    private static let settable = UInt32(
        IFA_F_NODAD | IFA_F_OPTIMISTIC | IFA_F_HOMEADDRESS | IFA_F_MANAGETEMPADDR | IFA_F_NOPREFIXROUTE
            | IFA_F_MCAUTOJOIN)
}

extension NetlinkSocket {
    /// The device with a name; nil if there is none.
    package mutating func link(named name: ByteString) throws(NetlinkError) -> NetworkLink? {
        var message = NetlinkMessage(.getLink, link: 0)
        message.add(LinkAttribute.name, name)
        return try link(message)
    }

    /// The device with a number; nil if there is none.
    package mutating func link(_ index: Int32) throws(NetlinkError) -> NetworkLink? {
        try link(NetlinkMessage(.getLink, link: index))
    }

    private mutating func link(_ message: NetlinkMessage) throws(NetlinkError) -> NetworkLink? {
        do throws(NetlinkError) {
            return try perform(message).lazy.compactMap { NetworkLink($0) }.first
        } catch {
            if error.errno == .noSuchDevice { return nil }
            throw error
        }
    }

    /// All devices of the namespace.
    package mutating func links() throws(NetlinkError) -> [NetworkLink] {
        try perform(NetlinkMessage(.getLink, .dump, link: 0)).compactMap { NetworkLink($0) }
    }

    /// The addresses of a device, of all families, in the order they were given.
    package mutating func addresses(of link: Int32) throws(NetlinkError) -> [NetworkAddress] {
        try perform(NetlinkMessage(.getAddress, .dump, family: 0, link: link))
            .compactMap { NetworkAddress($0) }
            .filter { $0.link == link }
    }

    /// Moves a device into another network namespace, where it has the name `name` and is down and without addresses.
    package mutating func move(
        _ link: Int32, to namespace: borrowing FileDescriptor, as name: ByteString
    ) throws(NetlinkError) {
        var message = NetlinkMessage(.setLink, link: link)
        message.add(LinkAttribute.namespace, UInt32(bitPattern: namespace.raw))
        message.add(LinkAttribute.name, name)
        _ = try perform(message)
    }

    /// Switches a device on.
    package mutating func setUp(_ link: Int32) throws(NetlinkError) {
        _ = try perform(NetlinkMessage(.setLink, link: link, up: true))
    }

    /// Gives a device an address of a device that was called `old`.
    package mutating func add(
        _ address: NetworkAddress, to link: NetworkLink, formerly old: ByteString, servesAtOnce: Bool = false
    ) throws(NetlinkError) {
        _ = try perform(address.request(for: link, formerly: old, servesAtOnce: servesAtOnce))
    }
}
