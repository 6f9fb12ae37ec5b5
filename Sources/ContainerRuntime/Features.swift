import ContainerInit
import ContainerPlan
import ContainerSteps
import RuntimeSpec
import Seccomp

extension Features {
    /// What this runtime supports, read from the tables that it works with. See features.md and features-linux.md.
    public static var supported: Features {
        let annotations: OrderedPairs<ByteString, ByteString> = [
            "apus.version": ByteString(runtimeVersion.description),
            "io.github.seccomp.libseccomp.version": ByteString(libseccompVersion),
            "org.opencontainers.runc.checkpoint.enabled": "true",
        ]
        return Features(
            hooks: HookKind.allCases.map(\.name.description), mountOptions: plainMountOptions, linux: .supported,
            annotations: annotations,
            potentiallyUnsafeConfigAnnotations: ["bundle", "org.criu.config", "org.systemd.property."])
    }

    /// The words that the runtime gives a meaning, but those of id-mapped mounts, which have an answer of their own.
    private static var plainMountOptions: [String] {
        knownMountOptions.filter { $0 != "idmap" && $0 != "ridmap" }
    }

    /// The version of libseccomp that the filters are equal to.
    package static var libseccompVersion: String { Seccomp.SeccompFeatures.libseccompVersion.description }
}

extension LinuxFeatures {
    fileprivate static var supported: LinuxFeatures {
        LinuxFeatures(
            namespaces: NamespaceType.allCases.map(\.rawValue).sorted(),
            capabilities: Capability.names.map(\.description),
            cgroup: CgroupFeatures(v1: true, v2: true, systemd: true, systemdUser: true, rdma: true),
            seccomp: RuntimeSpec.SeccompFeatures(
                enabled: true, actions: Seccomp.SeccompFeatures.actions.sorted(),
                operators: Seccomp.SeccompFeatures.operators.sorted(),
                archs: Seccomp.SeccompFeatures.architectures.sorted(),
                knownFlags: Seccomp.SeccompFeatures.knownFlags,
                supportedFlags: SeccompKernel.supportedFlags),
            apparmor: EnabledFeature(enabled: true), selinux: EnabledFeature(enabled: true),
            intelRdt: IntelRdtFeatures(enabled: true, schemata: true, monitoring: true),
            memoryPolicy: MemoryPolicyFeatures(
                modes: MemoryPolicyMode.allCases.map(\.rawValue).sorted(),
                flags: MemoryPolicyFlag.allCases.map(\.rawValue).sorted()),
            mountExtensions: MountExtensions(idmap: EnabledFeature(enabled: true)),
            netDevices: EnabledFeature(enabled: true))
    }
}
