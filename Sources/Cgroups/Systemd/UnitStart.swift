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
    ///
    /// - Parameters:
    ///   - further: those that annotations give.
    ///   - limits: those that the runtime sets, which come last.
    ///   - wasActive: whether others have begun it.
    package static func start(
        _ unit: ContainerUnit, isUnified: Bool, _ further: [UnitProperty], limits: [UnitProperty], wasActive: Bool
    ) throws(CgroupError) -> UnitStart {
        var start = try connect(unit, isUnified: isUnified)
        if !unit.isSlice {
            let placeholder = try attempt("clone3", "") { () throws(Errno) in try WaitingProcess() }
            start.placeholderPID = placeholder.pid
            start.placeholder = consume placeholder
        }
        let known = start.version
        let properties =
            properties(unit, process: start.placeholderPID, isUnified: isUnified) + further
            + limits.filter { Int($0.since) <= known }
        do throws(BusError) {
            try start.manager.startTransientUnit(unit.name, properties)
        } catch {
            // Begun and not done: a slice would stay, since no process ends with which it goes.
            if start.manager.hasBegunStart, !wasActive { forget(unit) }
            throw failure(unit, "unable to start unit", error)
        }
        return start
    }

    /// How long systemd is given to take back a start that it did not do in time, in milliseconds.
    private static let patienceWithFailure: Int32 = 5000

    private static func forget(_ unit: ContainerUnit) {
        do throws(BusError) {
            var manager = try SystemdManager(user: unit.isUser, patience: patienceWithFailure)
            try manager.stopUnit(unit.name)
        } catch {
            // The failure of the start is what there is to tell.
        }
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

    /// Lets a unit go that was started on a cgroup that is not the container's: whoever is in there lives on.
    package mutating func abandon() throws(CgroupError) {
        let name = unit.name
        let isSlice = unit.isSlice
        do throws(BusError) {
            if isSlice { try manager.stopUnit(name) } else { try manager.abandonScope(name) }
        } catch {
            throw Self.failure(unit, "unable to let go of unit", error)
        }
    }

    /// Whether systemd has the unit already, started by others.
    package static func isActive(_ unit: ContainerUnit) throws(CgroupError) -> Bool {
        do throws(BusError) {
            var manager = try SystemdManager(user: unit.isUser)
            return try manager.isActive(unit.name)
        } catch {
            throw failure(unit, "cannot talk to systemd about", error)
        }
    }

    /// Stops a unit of others and starts it again, as it was without the container's properties.
    package static func renew(_ name: String, isUser: Bool) throws(CgroupError) {
        do throws(BusError) {
            var manager = try SystemdManager(user: isUser)
            try manager.stopUnit(name)
            try manager.startUnit(name)
        } catch {
            throw removalFailure("restart", name, error)
        }
    }

    /// Clears a unit away that has ended, and may have failed.
    package static func reset(_ name: String, isUser: Bool) throws(CgroupError) {
        do throws(BusError) {
            var manager = try SystemdManager(user: isUser)
            try manager.resetFailedUnit(name)
        } catch {
            throw removalFailure("reset", name, error)
        }
    }

    /// Has systemd move a process into the cgroup of a unit, which this runtime may not do itself.
    ///
    /// - Parameter places: cgroups below the unit's own, each as `/a/b` or empty for that itself; the first that takes the
    ///   process is its place.
    package static func attach(
        _ pid: Int32, to name: String, isUser: Bool, at places: [String]
    ) throws(CgroupError) {
        var failure: BusError?
        do throws(BusError) {
            var manager = try SystemdManager(user: isUser)
            for place in places {
                do throws(BusError) {
                    return try manager.attach([pid], to: name, below: place)
                } catch {
                    if failure == nil { failure = error }
                }
            }
        } catch {
            failure = error
        }
        throw CgroupError(
            property: "linux.cgroupsPath", value: name,
            "unable to apply cgroup configuration: systemd cannot move the process into unit \"" + name + "\"",
            failure ?? BusError(reason: "it has no place"))
    }

    /// Stops the unit of a container that is gone, or was not made.
    package static func stop(_ name: String, isUser: Bool) throws(CgroupError) {
        do throws(BusError) {
            var manager = try SystemdManager(user: isUser)
            try manager.stopUnit(name)
        } catch {
            throw removalFailure("stop", name, error)
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
            "unable to apply cgroup configuration: " + reason + " \"" + unit.name + "\"", error)
    }

    private static func removalFailure(_ verb: String, _ name: String, _ error: BusError) -> CgroupError {
        CgroupError("unable to remove container's cgroup: cannot " + verb + " unit \"" + name + "\"", error)
    }
}
