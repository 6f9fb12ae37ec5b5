// The operations of option sets, written out for each: those of the standard library are generic, and a call of one from
// another module looks up conformances at run time, which is dearer than all of the parsing of a command line. Inlined, a
// literal takes no memory for its elements.

extension OpenFlags {
    @inlinable @inline(__always)
    package init(arrayLiteral elements: OpenFlags...) {
        self.init(rawValue: 0)
        for element in elements { formUnion(element) }
    }

    /// Whether all flags of `other` are set.
    @inlinable
    package func contains(_ other: OpenFlags) -> Bool { rawValue & other.rawValue == other.rawValue }
    /// These flags and those of `other`.
    @inlinable
    package func union(_ other: OpenFlags) -> OpenFlags { OpenFlags(rawValue: rawValue | other.rawValue) }
    /// Adds the flags of `other`.
    @inlinable
    package mutating func formUnion(_ other: OpenFlags) { self = union(other) }
    /// The same.
    @inlinable
    package mutating func insert(_ other: OpenFlags) { self = union(other) }
}

extension ResolveFlags {
    @inlinable @inline(__always)
    package init(arrayLiteral elements: ResolveFlags...) {
        self.init(rawValue: 0)
        for element in elements { formUnion(element) }
    }

    /// These flags and those of `other`.
    @inlinable
    package func union(_ other: ResolveFlags) -> ResolveFlags { ResolveFlags(rawValue: rawValue | other.rawValue) }
    /// Adds the flags of `other`.
    @inlinable
    package mutating func formUnion(_ other: ResolveFlags) { self = union(other) }
}

extension MountFlags {
    @inlinable @inline(__always)
    package init(arrayLiteral elements: MountFlags...) {
        self.init(rawValue: 0)
        for element in elements { formUnion(element) }
    }

    /// Whether all flags of `other` are set.
    @inlinable
    package func contains(_ other: MountFlags) -> Bool { rawValue & other.rawValue == other.rawValue }
    /// These flags and those of `other`.
    @inlinable
    package func union(_ other: MountFlags) -> MountFlags { MountFlags(rawValue: rawValue | other.rawValue) }
    /// Adds the flags of `other`.
    @inlinable
    package mutating func formUnion(_ other: MountFlags) { self = union(other) }
    /// The same.
    @inlinable
    package mutating func insert(_ other: MountFlags) { self = union(other) }
    /// These flags without those of `other`.
    @inlinable
    package func subtracting(_ other: MountFlags) -> MountFlags { MountFlags(rawValue: rawValue & ~other.rawValue) }
    /// Takes the flags of `other` away.
    @inlinable
    package mutating func subtract(_ other: MountFlags) { self = subtracting(other) }
    /// The flags that are in both.
    @inlinable
    package func intersection(_ other: MountFlags) -> MountFlags { MountFlags(rawValue: rawValue & other.rawValue) }
    /// Whether no flag is in both.
    @inlinable
    package func isDisjoint(with other: MountFlags) -> Bool { rawValue & other.rawValue == 0 }
}

extension MountAttributes {
    @inlinable @inline(__always)
    package init(arrayLiteral elements: MountAttributes...) {
        self.init(rawValue: 0)
        for element in elements { formUnion(element) }
    }

    /// Whether all flags of `other` are set.
    @inlinable
    package func contains(_ other: MountAttributes) -> Bool { rawValue & other.rawValue == other.rawValue }
    /// These flags and those of `other`.
    @inlinable
    package func union(_ other: MountAttributes) -> MountAttributes {
        MountAttributes(rawValue: rawValue | other.rawValue)
    }
    /// Adds the flags of `other`.
    @inlinable
    package mutating func formUnion(_ other: MountAttributes) { self = union(other) }
    /// The same.
    @inlinable
    package mutating func insert(_ other: MountAttributes) { self = union(other) }
}

extension CloneFlags {
    @inlinable @inline(__always)
    package init(arrayLiteral elements: CloneFlags...) {
        self.init(rawValue: 0)
        for element in elements { formUnion(element) }
    }

    /// Whether all flags of `other` are set.
    @inlinable
    package func contains(_ other: CloneFlags) -> Bool { rawValue & other.rawValue == other.rawValue }
    /// These flags and those of `other`.
    @inlinable
    package func union(_ other: CloneFlags) -> CloneFlags { CloneFlags(rawValue: rawValue | other.rawValue) }
    /// Adds the flags of `other`.
    @inlinable
    package mutating func formUnion(_ other: CloneFlags) { self = union(other) }
    /// The same.
    @inlinable
    package mutating func insert(_ other: CloneFlags) { self = union(other) }
    /// These flags without those of `other`.
    @inlinable
    package func subtracting(_ other: CloneFlags) -> CloneFlags { CloneFlags(rawValue: rawValue & ~other.rawValue) }
    /// Takes the flags of `other` away.
    @inlinable
    package mutating func subtract(_ other: CloneFlags) { self = subtracting(other) }
    /// The flags that are in both.
    @inlinable
    package func intersection(_ other: CloneFlags) -> CloneFlags { CloneFlags(rawValue: rawValue & other.rawValue) }
    /// Whether no flag is in both.
    @inlinable
    package func isDisjoint(with other: CloneFlags) -> Bool { rawValue & other.rawValue == 0 }
}

extension StreamSet {
    @inlinable @inline(__always)
    package init(arrayLiteral elements: StreamSet...) {
        self.init(rawValue: 0)
        for element in elements { formUnion(element) }
    }

    /// Whether all flags of `other` are set.
    @inlinable
    package func contains(_ other: StreamSet) -> Bool { rawValue & other.rawValue == other.rawValue }
    /// These flags and those of `other`.
    @inlinable
    package func union(_ other: StreamSet) -> StreamSet { StreamSet(rawValue: rawValue | other.rawValue) }
    /// Adds the flags of `other`.
    @inlinable
    package mutating func formUnion(_ other: StreamSet) { self = union(other) }
    /// The same.
    @inlinable
    package mutating func insert(_ other: StreamSet) { self = union(other) }
}
