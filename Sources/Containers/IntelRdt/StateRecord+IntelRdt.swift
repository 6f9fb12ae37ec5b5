import Linux

extension StateRecord {
    /// Remembers where a step is about to put the container, before it does.
    mutating func note(_ step: IntelRdtStep) {
        intelRdtPath = step.path
        intelRdtMonitoringPath = step.monitoringPath
        // A folder that is there already belongs to somebody else, and stays.
        ownsIntelRdtGroup = step.isOwn && !fileExists(step.path)
    }

    /// Puts one more process of the container where the first one is.
    func joinIntelRdt(_ pid: Int32) throws(ContainerError) {
        for path in [intelRdtPath, intelRdtMonitoringPath] {
            guard let path, fileExists(path) else { continue }
            try ResctrlTree(mountedAt: path).add(pid, to: "")
        }
    }

    /// Removes the groups that were made for the container alone.
    func removeIntelRdt() throws(ContainerError) {
        if let path = intelRdtMonitoringPath { try remove(path) }
        if let path = intelRdtPath, ownsIntelRdtGroup { try remove(path) }
    }

    private func remove(_ path: Path) throws(ContainerError) {
        guard let (folder, name) = path.parentAndName, fileExists(path) else { return }
        try ResctrlTree(mountedAt: folder).remove(Path(name))
    }
}
