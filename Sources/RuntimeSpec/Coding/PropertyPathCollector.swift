/// Collects the paths of all properties that a type knows.
struct PropertyPathCollector: MemberVisitor {
    typealias Failure = Never

    private(set) var paths: [String] = []
    private var prefix = ""

    mutating func member<Value: SpecValue>(_ name: StaticString, _ value: inout Value, _ presence: Presence) {
        guard presence != .foreign else { return }
        inside((prefix.isEmpty ? "" : ".") + name.description) { collector in
            collector.paths.append(collector.prefix)
            Value.collect(&collector)
        }
    }

    mutating func inside(_ step: String, _ body: (inout PropertyPathCollector) -> Void) {
        let outer = prefix
        prefix += step
        body(&self)
        prefix = outer
    }
}

extension Spec {
    /// The paths of all properties that the decoder knows, such as `linux.resources.memory.limit`. The element of a list
    /// is `[]`, the value of a map is `.*`: `mounts[].destination`, `linux.netDevices.*.name`.
    public static var propertyPaths: [String] {
        var collector = PropertyPathCollector()
        Spec.collect(&collector)
        return collector.paths
    }
}
