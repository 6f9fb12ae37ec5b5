extension CgroupLayout {
    /// The runtime's own cgroup in every hierarchy, where a container without one of its own stays.
    package var ownPlaces: [CgroupPlan.Place] {
        var places: [CgroupPlan.Place] = []
        for hierarchy in legacy { places.append(.init(hierarchy)) }
        if let unified { places.append(.init(unified)) }
        return places
    }
}

extension CgroupPlan.Place {
    fileprivate init(_ hierarchy: CgroupLayout.Hierarchy) {
        self.init(
            controllers: hierarchy.controllers, mountPoint: hierarchy.mountPoint, path: hierarchy.ownPathInMount)
    }
}
