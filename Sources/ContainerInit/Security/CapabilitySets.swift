import ByteStrings

/// The five capability sets of a process as bit masks. See capabilities(7), "Thread capability sets".
package struct CapabilitySets: Equatable, FieldRecord {
    package var bounding: UInt64 = 0
    package var effective: UInt64 = 0
    package var permitted: UInt64 = 0
    package var inheritable: UInt64 = 0
    package var ambient: UInt64 = 0

    package init() {}

    package mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) throws(Visitor.Failure) {
        try visitor.field("bounding", &bounding, .capabilities)
        try visitor.field("effective", &effective, .capabilities)
        try visitor.field("permitted", &permitted, .capabilities)
        try visitor.field("inheritable", &inheritable, .capabilities)
        try visitor.field("ambient", &ambient, .capabilities)
    }
}
