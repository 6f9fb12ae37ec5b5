import ByteStrings

extension Resources {
    /// These limits after a change: what the change gives counts, what it leaves out, or gives as 0 where 0 stands for
    /// "as it is", stays.
    ///
    /// Entries of lists count by what they are about: the device, the size of a page, the name of an interface. The
    /// rules of devices are an ordered whole and are replaced if there are any. A value that is set by its property
    /// takes away what the name of its file in `unified` said before.
    public func updated(by change: Resources) -> Resources {
        var result = self
        if !change.devices.isEmpty { result.devices = change.devices }
        if let memory = change.memory { result.update(memory) }
        if let cpu = change.cpu { result.update(cpu) }
        if let limit = change.pids?.limit {
            result.pids = PidsResources(limit: limit)
            result.unified["pids.max"] = nil
        }
        if let blockIO = change.blockIO { result.update(blockIO) }
        for limit in change.hugepageLimits {
            result.hugepageLimits.replaceOrAppend(limit) { $0.pageSize == $1.pageSize }
        }
        if let network = change.network {
            var present = result.network ?? NetworkResources()
            present.classID.take(network.classID)
            for entry in network.priorities { present.priorities.replaceOrAppend(entry) { $0.name == $1.name } }
            if present != NetworkResources() { result.network = present }
        }
        for pair in change.rdma {
            var limit = result.rdma[pair.key] ?? RdmaLimit()
            limit.hcaHandles = pair.value.hcaHandles ?? limit.hcaHandles
            limit.hcaObjects = pair.value.hcaObjects ?? limit.hcaObjects
            result.rdma[pair.key] = limit
        }
        for pair in change.unified { result.unified[pair.key] = pair.value }
        return result
    }

    /// Whether they set nothing at all.
    public var setsNothing: Bool { Resources().updated(by: self) == Resources() }

    private mutating func update(_ change: MemoryResources) {
        var memory = memory ?? MemoryResources()
        if let limit = change.limit, limit != 0 {
            memory.limit = limit
            unified["memory.max"] = nil
            // Memory without a limit takes that of memory and swap along.
            if limit == -1, change.swap ?? 0 == 0 {
                memory.swap = nil
                unified["memory.swap.max"] = nil
            }
        }
        if let swap = change.swap, swap != 0 {
            memory.swap = swap
            unified["memory.swap.max"] = nil
        }
        if let reservation = change.reservation, reservation != 0 {
            memory.reservation = reservation
            unified["memory.low"] = nil
        }
        memory.swappiness = change.swappiness ?? memory.swappiness
        memory.disableOOMKiller = change.disableOOMKiller ?? memory.disableOOMKiller
        if change.useHierarchy == true { memory.useHierarchy = true }
        memory.checkBeforeUpdate = change.checkBeforeUpdate ?? memory.checkBeforeUpdate
        if memory != MemoryResources() { self.memory = memory }
    }

    private mutating func update(_ change: CPUResources) {
        var cpu = cpu ?? CPUResources()
        if let shares = change.shares, shares != 0 {
            cpu.shares = shares
            unified["cpu.weight"] = nil
        }
        if change.quota ?? 0 != 0 || change.period ?? 0 != 0 { unified["cpu.max"] = nil }
        cpu.quota.take(change.quota)
        cpu.period.take(change.period)
        cpu.realtimeRuntime.take(change.realtimeRuntime)
        cpu.realtimePeriod.take(change.realtimePeriod)
        if let burst = change.burst {
            cpu.burst = burst
            unified["cpu.max.burst"] = nil
        }
        if let idle = change.idle {
            cpu.idle = idle
            unified["cpu.idle"] = nil
        }
        if let cpus = change.cpus, !cpus.isEmpty {
            cpu.cpus = cpus
            unified["cpuset.cpus"] = nil
        }
        if let mems = change.mems, !mems.isEmpty {
            cpu.mems = mems
            unified["cpuset.mems"] = nil
        }
        if cpu != CPUResources() { self.cpu = cpu }
    }

    private mutating func update(_ change: BlockIOResources) {
        var blockIO = blockIO ?? BlockIOResources()
        if let weight = change.weight, weight != 0 {
            blockIO.weight = weight
            unified["io.weight"] = nil
            unified["io.bfq.weight"] = nil
        }
        blockIO.leafWeight.take(change.leafWeight)
        for device in change.weightDevice {
            var device = device
            if let present = blockIO.weightDevice.first(where: { $0.isSameDevice(device) }) {
                device.weight = device.weight ?? present.weight
                device.leafWeight = device.leafWeight ?? present.leafWeight
            }
            blockIO.weightDevice.replaceOrAppend(device) { $0.isSameDevice($1) }
        }
        blockIO.throttleReadBpsDevice.update(change.throttleReadBpsDevice)
        blockIO.throttleWriteBpsDevice.update(change.throttleWriteBpsDevice)
        blockIO.throttleReadIOPSDevice.update(change.throttleReadIOPSDevice)
        blockIO.throttleWriteIOPSDevice.update(change.throttleWriteIOPSDevice)
        if blockIO != BlockIOResources() { self.blockIO = blockIO }
    }
}

extension WeightDevice {
    fileprivate func isSameDevice(_ other: WeightDevice) -> Bool { major == other.major && minor == other.minor }
}

extension Optional where Wrapped: BinaryInteger {
    /// Takes a new value over; nil and 0 are none.
    fileprivate mutating func take(_ value: Wrapped?) {
        if let value, value != 0 { self = value }
    }
}

extension [ThrottleDevice] {
    fileprivate mutating func update(_ change: [ThrottleDevice]) {
        for device in change { replaceOrAppend(device) { $0.major == $1.major && $0.minor == $1.minor } }
    }
}

extension Array {
    fileprivate mutating func replaceOrAppend(_ element: Element, where isSame: (Element, Element) -> Bool) {
        if let index = firstIndex(where: { isSame($0, element) }) {
            self[index] = element
        } else {
            append(element)
        }
    }
}
