import Testing

extension TestBundle {
    /// A container, created and not started, whose resources have these members, on cgroup v2.
    static func withLimits(
        _ resources: JSONValue, sourceLocation: SourceLocation = #_sourceLocation
    ) throws -> TestBundle {
        let bundle = try TestBundle(view: .v2) {
            $0.process.args = ["sleep", "1000"]
            for (name, value) in resources.members { $0.linux.resources[name] = value }
        }
        try bundle.create(sourceLocation: sourceLocation).succeeded(sourceLocation: sourceLocation)
        return bundle
    }

    /// Checks that such a container is refused with an error that has these texts, and that nothing is left of it.
    static func expectRefusal(
        of resources: JSONValue, naming texts: String..., sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let bundle = try TestBundle(view: .v2) {
            for (name, value) in resources.members { $0.linux.resources[name] = value }
        }
        let output = try bundle.create(sourceLocation: sourceLocation)
        output.failed(from: "runc create failed: ", to: "", sourceLocation: sourceLocation)
        for text in texts {
            #expect(output.error.contains(text), "\(output.error)", sourceLocation: sourceLocation)
        }
        bundle.expectNothingLeft(sourceLocation: sourceLocation)
    }

    /// A file of the container's cgroup in the unified hierarchy, without the last newline.
    func unifiedFile(_ name: String) -> String? { cgroupFile(name, controller: "") }
}

extension JSONValue {
    static func numbers(_ members: [String: Int]) -> JSONValue { .object(members.mapValues { .number("\($0)") }) }
}
