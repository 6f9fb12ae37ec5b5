// The literals of option sets, each written out: the standard library's is generic, and a call of it from another module
// looks up conformances at run time, which costs as much as all of the parsing of a command line. Inlined, a literal takes no memory for its elements.

extension OpenFlags {
    @inlinable @inline(__always)
    package init(arrayLiteral elements: OpenFlags...) {
        self.init(rawValue: 0)
        for element in elements { formUnion(element) }
    }
}

extension ResolveFlags {
    @inlinable @inline(__always)
    package init(arrayLiteral elements: ResolveFlags...) {
        self.init(rawValue: 0)
        for element in elements { formUnion(element) }
    }
}

extension MountFlags {
    @inlinable @inline(__always)
    package init(arrayLiteral elements: MountFlags...) {
        self.init(rawValue: 0)
        for element in elements { formUnion(element) }
    }
}

extension MountAttributes {
    @inlinable @inline(__always)
    package init(arrayLiteral elements: MountAttributes...) {
        self.init(rawValue: 0)
        for element in elements { formUnion(element) }
    }
}

extension CloneFlags {
    @inlinable @inline(__always)
    package init(arrayLiteral elements: CloneFlags...) {
        self.init(rawValue: 0)
        for element in elements { formUnion(element) }
    }
}
