import LinuxKernel
import RuntimeSpec

extension Cgroup {
    /// Refuses rules that cannot be expressed, before anything is changed.
    func checkDevices(_ rules: [DeviceRule]) throws(CgroupError) {
        let rules = try DeviceRules(rules)
        if legacyIndex(of: "devices") != nil { _ = try DeviceList(rules) }
    }

    /// Puts rules of devices in the place of others, so that there is no moment in which what both allow is denied, or
    /// what neither allows is allowed.
    ///
    /// On cgroup2 the kernel exchanges the program. The list of version 1 is changed entry by entry; only where it goes
    /// from denying what it does not name to allowing it, or back, it begins anew, and the processes are frozen meanwhile.
    /// Those that were frozen already stay so.
    ///
    /// - Parameter former: the rules to go back to if the kernel refuses one.
    mutating func replaceDevices(by rules: [DeviceRule], former: [DeviceRule]) throws(CgroupError) {
        guard let index = legacyIndex(of: "devices") else {
            return try enforce(try DeviceRules(rules), isConfigured: !rules.isEmpty)
        }
        let wanted = try DeviceList(DeviceRules(rules))
        let present = DeviceList(kernel: try read("devices.list", of: index))
        guard !wanted.changes(from: present).isEmpty else { return }
        let thaws = try wanted.isAllowedByDefault || present.isAllowedByDefault ? freezeIfRunning() : false
        var failure: CgroupError?
        do throws(CgroupError) {
            try enforceList(wanted, index)
        } catch {
            failure = error
            do throws(CgroupError) {
                // An open list does not show its exceptions.
                let list = present.isAllowedByDefault ? try DeviceList(DeviceRules(former)) : present
                try enforceList(list, index)
            } catch {
                failure?.reason += " (and the rules before could not be set back: " + error.message + ")"
            }
        }
        if thaws { try goOn() }
        if let failure { throw failure }
    }

    /// Freezes the processes; false if they are frozen already.
    mutating func freezeIfRunning() throws(CgroupError) -> Bool {
        if try isFrozen() { return false }
        try whenFreezing?(true)
        do throws(CgroupError) {
            try freeze()
        } catch {
            try whenFreezing?(false)
            throw error
        }
        return true
    }

    /// Ends what `freezeIfRunning` has begun.
    mutating func goOn() throws(CgroupError) {
        try thaw()
        try whenFreezing?(false)
    }
}
