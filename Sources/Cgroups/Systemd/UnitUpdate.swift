import LinuxKernel
import RuntimeSpec
import SystemdBus

/// New limits of a unit that runs, which can be taken back.
struct UnitUpdate: ~Copyable {
    private var manager: SystemdManager
    private let name: String
    private let version: Int
    /// What the changed properties were.
    private var before: [UnitProperty] = []

    private init(_ name: String, _ manager: consuming SystemdManager, version: Int) {
        self.name = name
        self.manager = manager
        self.version = version
    }

    private static func connect(_ unit: LimitChange.Unit) throws(CgroupError) -> UnitUpdate {
        do throws(BusError) {
            var manager = try SystemdManager(user: unit.isUser)
            let version = try manager.version()
            return UnitUpdate(unit.name, manager, version: version)
        } catch {
            throw failure(unit.name, "cannot talk to systemd about", error)
        }
    }

    /// Sets the properties that `resources` ask for.
    ///
    /// They hold until the unit ends, also when systemd reads its configuration again.
    static func apply(
        _ resources: Resources, to unit: LimitChange.Unit, isUnified: Bool
    ) throws(CgroupError) -> UnitUpdate {
        var update = try connect(unit)
        let known = update.version
        let properties = try UnitLimits(resources, isUnified: isUnified, drivers: .host).properties.filter {
            Int($0.since) <= known
        }
        if properties.isEmpty { return update }
        do throws(BusError) {
            let hasFiles = try update.manager.hasChangedProperties(unit.name)
            try update.set(properties, isFirst: isUnified && !hasFiles)
        } catch {
            throw failure(unit.name, "unable to set unit properties", error)
        }
        return update
    }

    /// Sets properties, in the order in which systemd names its files; see `UnitLimits`.
    ///
    /// - Parameter isFirst: whether the unit has no files yet. Then one for each property comes into being, with the value that
    ///   it has: one that a later change would add in their midst makes the unit "changed on disk".
    private mutating func set(_ properties: [UnitProperty], isFirst: Bool) throws(BusError) {
        var names: [String] = []
        for property in properties where !names.contains(property.name) { names.append(property.name) }
        guard isFirst, version >= UnitLimits.oldestWithAllChangeable else {
            before = try manager.properties(names, of: name)
            return try manager.setProperties(of: name, properties)
        }
        let known = try manager.properties(UnitLimits.changeable, of: name)
        before = known.filter { names.contains($0.name) }
        let others = known.filter { !names.contains($0.name) }
        let all = (properties + Self.settable(others)).enumerated()
            .sorted { ($0.element.name, $0.offset) < ($1.element.name, $1.offset) }.map(\.element)
        do throws(BusError) {
            try manager.setProperties(of: name, all)
        } catch {
            guard error.errno == nil else { throw error }
            // One that it gives and does not take must not be in the way of what is asked for.
            try manager.setProperties(of: name, properties)
        }
    }

    /// Properties as they were read, to be set.
    private static func settable(_ properties: [UnitProperty]) -> [UnitProperty] {
        var result: [UnitProperty] = []
        for property in properties {
            // A list adds to what is there; an empty one takes that away.
            if property.name == "DeviceAllow", case .array(let element, let entries) = property.value {
                result.append(UnitProperty(property.name, .array(element: element, [])))
                if entries.isEmpty { continue }
            }
            result.append(property)
        }
        return result
    }

    /// Sets the properties back to what they were.
    mutating func takeBack() throws(CgroupError) {
        guard !before.isEmpty else { return }
        do throws(BusError) {
            try manager.setProperties(of: name, Self.settable(before))
        } catch {
            throw Self.failure(name, "unable to set unit properties back", error)
        }
    }

    private static func failure(_ name: String, _ reason: String, _ error: BusError) -> CgroupError {
        CgroupError(property: "linux.resources", value: name, reason + " \"" + name + "\"", error)
    }
}

extension Cgroup {
    /// Gives systemd the limits that the runtime is about to write; nil if the cgroup is no unit's.
    ///
    /// On version 1 systemd begins the list of devices anew, so that the null device may be denied for a moment: there
    /// the processes are frozen meanwhile, as in runc.
    mutating func updateUnit(_ change: LimitChange) throws(CgroupError) -> UnitUpdate? {
        guard let unit = change.unit else { return nil }
        let thaws = try freezeForSystemd()
        let update: UnitUpdate
        do throws(CgroupError) {
            update = try UnitUpdate.apply(change.resources, to: unit, isUnified: kind == .unified)
        } catch {
            if thaws { try goOn() }
            throw error
        }
        if thaws { try goOn() }
        return update
    }

    /// Takes the limits of a unit back.
    mutating func takeBack(_ update: inout UnitUpdate?) throws(CgroupError) {
        guard update != nil else { return }
        let thaws = try freezeForSystemd()
        var failure: CgroupError?
        do throws(CgroupError) { try update?.takeBack() } catch { failure = error }
        if thaws { try goOn() }
        if let failure { throw failure }
    }

    private mutating func freezeForSystemd() throws(CgroupError) -> Bool {
        kind != .unified && freezerIndex != nil ? try freezeIfRunning() : false
    }
}
