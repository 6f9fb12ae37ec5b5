import LinuxKernel
import RuntimeSpec
import SystemdBus

/// The unit of a container while it is being made: started, limited, and given back when something fails.
///
/// systemd makes a scope for processes that are there already, and ends it with the last of them. A process of our own that
/// only waits keeps the place until the container's first process has been cloned into the cgroup.
package struct UnitStart: ~Copyable {
    private var manager: SystemdManager
    private let unit: ContainerUnit
    private let isUnified: Bool
    private let version: Int
    private var placeholder: WaitingProcess?

    private init(_ unit: ContainerUnit, _ manager: consuming SystemdManager, isUnified: Bool, version: Int) {
        self.unit = unit
        self.manager = manager
        self.isUnified = isUnified
        self.version = version
    }

    /// Starts the unit, with further properties at will. When this returns, its cgroup is there.
    package static func start(
        _ unit: ContainerUnit, isUnified: Bool, _ further: [UnitProperty]
    ) throws(CgroupError) -> UnitStart {
        var start = try connect(unit, isUnified: isUnified)
        if !unit.isSlice {
            let placeholder = try attempt("clone3", "") { () throws(Errno) in try WaitingProcess() }
            start.placeholderPID = placeholder.pid
            start.placeholder = consume placeholder
        }
        let properties = properties(unit, process: start.placeholderPID, isUnified: isUnified) + further
        do throws(BusError) {
            try start.manager.startTransientUnit(unit.name, properties)
        } catch {
            throw failure(unit, "unable to start unit", error)
        }
        return start
    }

    private static func connect(_ unit: ContainerUnit, isUnified: Bool) throws(CgroupError) -> UnitStart {
        do throws(BusError) {
            var manager = try SystemdManager(user: unit.isUser)
            let version = try manager.version()
            return UnitStart(unit, manager, isUnified: isUnified, version: version)
        } catch {
            throw failure(unit, "cannot talk to systemd about", error)
        }
    }

    /// The process that keeps the place, if there is one.
    package private(set) var placeholderPID: Int32?

    /// Lets the placeholder go: the container's own process is in the cgroup.
    package mutating func releasePlace() {
        placeholder = nil
        placeholderPID = nil
    }

    /// Gives systemd the limits that the runtime writes, as far as it knows their properties.
    package mutating func limit(_ limits: [UnitProperty]) throws(CgroupError) {
        let properties = limits.filter { Int($0.since) <= version }
        guard !properties.isEmpty else { return }
        do throws(BusError) {
            try manager.setProperties(of: unit.name, properties)
        } catch {
            throw Self.failure(unit, "unable to set unit properties", error, property: "linux.resources")
        }
    }

    /// Stops the unit of a container that is gone, or was not made.
    package static func stop(_ name: String, isUser: Bool) throws(CgroupError) {
        do throws(BusError) {
            var manager = try SystemdManager(user: isUser)
            try manager.stopUnit(name)
        } catch {
            throw CgroupError(
                operation: "stop unit", path: name, errno: error.errno,
                reason: "unable to remove container's cgroup: "
                    + error.message)
        }
    }

    /// What the unit is: its place, its process, and the accounting that its controllers need.
    static func properties(_ unit: ContainerUnit, process: Int32?, isUnified: Bool) -> [UnitProperty] {
        var properties = [UnitProperty("Description", .string("libcontainer container " + unit.container))]
        if unit.isSlice {
            properties.append(UnitProperty("Wants", .strings([unit.slice.name])))
        } else {
            properties.append(UnitProperty("Slice", .string(unit.slice.name)))
            // What is below its cgroup is the container's, and systemd keeps away from it.
            properties.append(UnitProperty("Delegate", .boolean(true)))
        }
        if let process {
            properties.append(
                UnitProperty("PIDs", .array(element: "u", [.uint32(UInt32(truncatingIfNeeded: process))])))
        }
        let accounts = ["Memory", "CPU", isUnified ? "IO" : "BlockIO", "Tasks"]
        properties += accounts.map { UnitProperty($0 + "Accounting", .boolean(true)) }
        // Else the unit would be stopped with the others when the host shuts down, before those that use it.
        properties.append(UnitProperty("DefaultDependencies", .boolean(false)))
        return properties
    }

    private static func failure(
        _ unit: ContainerUnit, _ reason: String, _ error: BusError, property: String = "linux.cgroupsPath"
    ) -> CgroupError {
        CgroupError(
            property: property, value: unit.name,
            reason: "unable to apply cgroup configuration: " + reason + " \"" + unit.name + "\": " + error.message)
    }
}
