import ByteStrings

/// One hierarchy of cgroup v1 as a container sees it.
package struct CgroupHierarchy: Hashable, FieldRecord {
    /// The name of its directory, such as `cpu,cpuacct`.
    package var name = Path()
    /// The directory of the host that is bound; empty to make a new mount, which shows the container's cgroup namespace.
    package var source = Path()
    /// The directory that is bound where `source` could not be made: a rootless runtime stays in its own cgroup. Else empty.
    package var ownSource = Path()
    /// The options of a new mount, such as `cpu,cpuacct` or `none,name=systemd`.
    package var data = ByteString()
    /// Names that become links to the directory, such as `cpu`.
    package var links: [Path] = []
    /// The unified hierarchy of a hybrid host.
    package var isUnified = false

    package init() {}

    package mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) throws(Visitor.Failure) {
        try visitor.field("name", &name)
        try visitor.field("source", &source)
        try visitor.field("ownSource", &ownSource)
        try visitor.field("data", &data)
        try visitor.field("links", &links)
        try visitor.field("unified", &isUnified)
    }
}
