import ContainerInit
import ContainerSteps
import LinuxKernel
import RuntimeSpec

extension HostFacts {
    /// Gives a new user namespace the mappings that it can have.
    ///
    /// Without any it gets the ones that every runtime may make: the container's root is the user the runtime runs as, and
    /// nobody else is there. It gets them as well where the host lacks what maps further ids, if the container's root is
    /// that user anyway and its process needs no other. Without a user namespace mappings say nothing, and go.
    ///
    /// - Returns: what to tell the user, if mappings were missing or cannot be had.
    package func completeMappings(of spec: inout Spec) -> String? {
        guard let linux = spec.linux else { return nil }
        guard let namespace = linux.namespaces.first(where: { $0.type == .user }) else {
            spec.linux?.uidMappings = []
            spec.linux?.gidMappings = []
            return nil
        }
        guard namespace.path?.isEmpty ?? true else { return nil }
        if linux.uidMappings.isEmpty, linux.gidMappings.isEmpty {
            mapOwnIDs(in: &spec)
            return
                "linux.uidMappings: user namespace without mappings: its root is the user of the runtime, other ids are "
                + "not mapped"
        }
        guard let helper = missingMappingHelper, isRootEnough(for: spec),
            NamespacePlan.host(0, in: linux.uidMappings) == user, NamespacePlan.host(0, in: linux.gidMappings) == group
        else { return nil }
        mapOwnIDs(in: &spec)
        return "linux.uidMappings: only your own id is mapped, to the container's root, since " + helper
            + " is not in $PATH (Debian's package uidmap); other ids of the configuration are not there"
    }

    private func mapOwnIDs(in spec: inout Spec) {
        spec.linux?.uidMappings = [IDMapping(containerID: 0, hostID: user, size: 1)]
        spec.linux?.gidMappings = [IDMapping(containerID: 0, hostID: group, size: 1)]
    }

    /// Whether the process of a configuration has no other ids than those of root.
    private func isRootEnough(for spec: Spec) -> Bool {
        guard let user = spec.process?.user else { return true }
        return user.uid == 0 && user.gid == 0 && user.additionalGids.isEmpty
    }
}
