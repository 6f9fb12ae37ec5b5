import RuntimeSpec

extension Spec {
    /// A configuration for one program: the defaults of `apus spec`, without a terminal, with a cgroup namespace.
    ///
    /// It is a value like any other, to be changed as wanted:
    ///
    /// ```swift
    /// var spec = Spec.running(["sh", "-c", "echo hello"], in: "/srv/rootfs")
    /// spec.linux?.resources?.memory = MemoryResources(limit: 64 << 20)
    /// ```
    ///
    /// - Parameters:
    ///   - arguments: the program, which is looked for in the container's PATH, and its arguments.
    ///   - root: the directory on the host with the root file system.
    ///   - readonly: whether the container can only read it.
    public static func running(_ arguments: [ByteString], in root: Path, readonly: Bool = true) -> Spec {
        var spec = defaultConfiguration.addingCgroupNamespace()
        spec.process?.terminal = false
        spec.process?.args = arguments
        spec.process?.env.removeAll { $0.hasPrefix("TERM=") }
        spec.root = Root(path: root, readonly: readonly)
        return spec
    }
}
