import Cgroups
import ContainerInit
import ContainerRuntime

/// What the kernel has counted for the processes of a container as a whole, from its making on.
///
/// Where the kernel does not count something, the number is 0 or the value nil. See cgroups(7).
public struct ContainerStatistics: Hashable, Sendable {
    /// The time of processors.
    public struct CPU: Hashable, Sendable {
        /// In all.
        public let total: Duration
        /// In programs.
        public let user: Duration
        /// In the kernel.
        public let kernel: Duration
        /// How many periods of its quota have passed.
        public let periods: UInt64
        /// In how many of them it was held up.
        public let throttledPeriods: UInt64
        /// How long it was held up.
        public let throttledTime: Duration
        /// How long processes have waited for a processor.
        public let pressure: Pressure?
    }

    /// Memory, in bytes.
    public struct Memory: Hashable, Sendable {
        /// What is used now.
        public let usage: UInt64
        /// The most that was ever used.
        public let peak: UInt64
        /// What may be used; the kernel's greatest number where there is no limit.
        public let limit: UInt64
        /// Of the usage, what is a cache of files.
        public let cache: UInt64
        /// Memory and swap together: what is used now.
        public let usageWithSwap: UInt64
        /// Memory and swap together: what may be used.
        public let limitWithSwap: UInt64
        /// How many processes the kernel has killed for lack of memory; nil where it does not count them.
        public let oomKills: UInt64?
        /// All of the kernel's `memory.stat`, by its names, such as `pgfault`.
        public let counters: [ByteString: UInt64]
        /// How long processes have waited for memory.
        public let pressure: Pressure?
    }

    /// Processes and threads.
    public struct Pids: Hashable, Sendable {
        /// How many there are now.
        public let current: UInt64
        /// How many there may be; 0 where there is no limit.
        public let limit: UInt64
    }

    /// What went to and from a block device.
    public struct BlockDevice: Hashable, Sendable {
        /// The major number of the device.
        public let major: UInt64
        /// The minor number of the device.
        public let minor: UInt64
        /// Bytes read.
        public fileprivate(set) var bytesRead: UInt64 = 0
        /// Bytes written.
        public fileprivate(set) var bytesWritten: UInt64 = 0
        /// How often was read.
        public fileprivate(set) var reads: UInt64 = 0
        /// How often was written.
        public fileprivate(set) var writes: UInt64 = 0
    }

    /// Huge pages of one size.
    public struct Hugepages: Hashable, Sendable {
        /// The size as the kernel names it, such as `2MB`.
        public let size: ByteString
        /// Bytes in use.
        public let usage: UInt64
        /// How often the limit was in the way.
        public let failures: UInt64
    }

    /// An interface of the container's network namespace.
    public struct Interface: Hashable, Sendable {
        /// The name, such as `eth0`.
        public let name: ByteString
        /// Bytes that came in.
        public let receivedBytes: UInt64
        /// Bytes that went out.
        public let sentBytes: UInt64
        /// Packets that came in.
        public let receivedPackets: UInt64
        /// Packets that went out.
        public let sentPackets: UInt64
    }

    /// How long processes have waited for something that is short, on a host with cgroup2. See the kernel's
    /// Documentation/accounting/psi.rst.
    public struct Pressure: Hashable, Sendable {
        /// While at least one process waited.
        public let some: Duration
        /// While all of them did.
        public let full: Duration
        /// The share of the last ten seconds in which at least one process waited, in per cent.
        public let percentOfTenSeconds: Double

        init?(_ pressure: Cgroups.Pressure?) {
            guard let pressure else { return nil }
            some = .microseconds(Int64(clamping: pressure.some.total))
            full = .microseconds(Int64(clamping: pressure.full.total))
            percentOfTenSeconds = Double(pressure.some.average10) / 100
        }
    }

    /// The time of processors.
    public let cpu: CPU
    /// Memory.
    public let memory: Memory
    /// Processes and threads.
    public let pids: Pids
    /// Block devices, as they come.
    public let blockDevices: [BlockDevice]
    /// How long processes have waited for block devices.
    public let blockPressure: Pressure?
    /// Huge pages, by their size.
    public let hugepages: [Hugepages]
    /// The interfaces; nil where the container has no network namespace of its own, or only the loopback in it.
    public let interfaces: [Interface]?

    init(_ statistics: ContainerRuntime.ContainerStatistics) {
        let cgroup = statistics.cgroup
        cpu = CPU(cgroup.cpu)
        memory = Memory(cgroup.memory, oomKills: statistics.oomKills)
        pids = Pids(current: cgroup.pids.current, limit: cgroup.pids.limit)
        blockDevices = BlockDevice.all(of: cgroup.blockIO)
        blockPressure = Pressure(cgroup.blockIO.pressure)
        hugepages = cgroup.hugepages.map { Hugepages(size: $0.size, usage: $0.usage, failures: $0.failures) }
        interfaces = statistics.interfaces?.map {
            Interface(
                name: $0.name, receivedBytes: $0.received.bytes, sentBytes: $0.sent.bytes,
                receivedPackets: $0.received.packets, sentPackets: $0.sent.packets)
        }
    }
}

extension ContainerStatistics.CPU {
    fileprivate init(_ cpu: CPUStatistics) {
        total = .nanoseconds(Int64(clamping: cpu.total))
        user = .nanoseconds(Int64(clamping: cpu.user))
        kernel = .nanoseconds(Int64(clamping: cpu.kernel))
        periods = cpu.periods
        throttledPeriods = cpu.throttledPeriods
        throttledTime = .nanoseconds(Int64(clamping: cpu.throttledTime))
        pressure = ContainerStatistics.Pressure(cpu.pressure)
    }
}

extension ContainerStatistics.Memory {
    fileprivate init(_ memory: MemoryStatistics, oomKills: UInt64?) {
        usage = memory.usage.usage
        peak = memory.usage.peak
        limit = memory.usage.limit
        cache = memory.cache
        usageWithSwap = memory.swap.usage
        limitWithSwap = memory.swap.limit
        self.oomKills = oomKills
        counters = Dictionary(memory.counters.map { ($0.name, $0.value) }) { $1 }
        pressure = ContainerStatistics.Pressure(memory.pressure)
    }
}

extension ContainerStatistics.BlockDevice {
    fileprivate static func all(of blockIO: BlockIOStatistics) -> [Self] {
        var devices: [Self] = []
        func add(
            _ entries: [BlockIOStatistics.Entry], read: WritableKeyPath<Self, UInt64>,
            write: WritableKeyPath<Self, UInt64>
        ) {
            for entry in entries {
                let place: Int
                if let known = devices.firstIndex(where: { $0.major == entry.major && $0.minor == entry.minor }) {
                    place = known
                } else {
                    place = devices.count
                    devices.append(Self(major: entry.major, minor: entry.minor))
                }
                if entry.operation == "Read" { devices[place][keyPath: read] &+= entry.value }
                if entry.operation == "Write" { devices[place][keyPath: write] &+= entry.value }
            }
        }
        add(blockIO.serviceBytes, read: \.bytesRead, write: \.bytesWritten)
        add(blockIO.serviced, read: \.reads, write: \.writes)
        return devices
    }
}

extension Container {
    /// What the kernel has counted for the container up to now.
    ///
    /// - Throws: `notSupported` for a container without a cgroup, which is what the kernel counts by.
    public func statistics() async throws(ContainerError) -> ContainerStatistics {
        try await work(.statistics) { (base, _) throws(ContainerError) in ContainerStatistics(try base.statistics()) }
    }
}
