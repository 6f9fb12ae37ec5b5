// The literals of option sets, each written out: the standard library's is generic, and a call of it from another module
// looks up conformances at run time, which costs as much as all of the parsing of a command line.

extension OpenFlags {
    package init(arrayLiteral elements: OpenFlags...) {
        self.init(rawValue: elements.reduce(0) { $0 | $1.rawValue })
    }
}

extension ResolveFlags {
    package init(arrayLiteral elements: ResolveFlags...) {
        self.init(rawValue: elements.reduce(0) { $0 | $1.rawValue })
    }
}

extension MountFlags {
    package init(arrayLiteral elements: MountFlags...) {
        self.init(rawValue: elements.reduce(0) { $0 | $1.rawValue })
    }
}

extension MountAttributes {
    package init(arrayLiteral elements: MountAttributes...) {
        self.init(rawValue: elements.reduce(0) { $0 | $1.rawValue })
    }
}

extension CloneFlags {
    package init(arrayLiteral elements: CloneFlags...) {
        self.init(rawValue: elements.reduce(0) { $0 | $1.rawValue })
    }
}
