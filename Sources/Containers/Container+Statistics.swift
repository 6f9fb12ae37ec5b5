import Cgroups
import ContainerInit
import ContainerRuntime

/// What the kernel has counted for the processes of a container as a whole, from its making on.
public struct ContainerStatistics: Hashable, Sendable {
    /// The time of processors.
    public struct CPU: Hashable, Sendable {
        /// In all.
        public let total: Duration
        /// In programs.
        public let user: Duration
        /// In the kernel.
        public let kernel: Duration
        /// In how many periods of its quota it was held up.
        public let throttledPeriods: UInt64
        /// How long it was held up.
        public let throttledTime: Duration
    }

    /// Memory, in bytes.
    public struct Memory: Hashable, Sendable {
        /// What is used now.
        public let usage: UInt64
        /// The most that was ever used; 0 where the kernel does not count it.
        public let peak: UInt64
        /// What may be used; the kernel's greatest number where there is no limit.
        public let limit: UInt64
        /// Of the usage, what is a cache of files.
        public let cache: UInt64
        /// How many processes the kernel has killed for lack of memory; nil where it does not count them.
        public let oomKills: UInt64?
    }

    /// Processes and threads.
    public struct Pids: Hashable, Sendable {
        /// How many there are now.
        public let current: UInt64
        /// How many there may be; 0 where there is no limit.
        public let limit: UInt64
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

    /// The time of processors.
    public let cpu: CPU
    /// Memory.
    public let memory: Memory
    /// Processes and threads.
    public let pids: Pids
    /// Bytes read from block devices.
    public let blockBytesRead: UInt64
    /// Bytes written to block devices.
    public let blockBytesWritten: UInt64
    /// The interfaces; nil where the container has no network namespace of its own.
    public let interfaces: [Interface]?

    init(_ statistics: ContainerRuntime.ContainerStatistics) {
        let cgroup = statistics.cgroup
        cpu = CPU(
            total: .nanoseconds(Int64(clamping: cgroup.cpu.total)),
            user: .nanoseconds(Int64(clamping: cgroup.cpu.user)),
            kernel: .nanoseconds(Int64(clamping: cgroup.cpu.kernel)), throttledPeriods: cgroup.cpu.throttledPeriods,
            throttledTime: .nanoseconds(Int64(clamping: cgroup.cpu.throttledTime)))
        memory = Memory(
            usage: cgroup.memory.usage.usage, peak: cgroup.memory.usage.peak, limit: cgroup.memory.usage.limit,
            cache: cgroup.memory.cache, oomKills: statistics.oomKills)
        pids = Pids(current: cgroup.pids.current, limit: cgroup.pids.limit)
        func sum(_ operation: ByteString) -> UInt64 {
            cgroup.blockIO.serviceBytes.filter { $0.operation == operation }.reduce(0) { $0 &+ $1.value }
        }
        blockBytesRead = sum("Read")
        blockBytesWritten = sum("Write")
        interfaces = statistics.interfaces?.map {
            Interface(
                name: $0.name, receivedBytes: $0.received.bytes, sentBytes: $0.sent.bytes,
                receivedPackets: $0.received.packets, sentPackets: $0.sent.packets)
        }
    }
}

extension Container {
    /// What the kernel has counted for the container up to now.
    ///
    /// - Throws: `notSupported` for a container without a cgroup, which is what the kernel counts by.
    public func statistics() async throws(ContainerError) -> ContainerStatistics {
        try await work(.update) { (base, _) throws(ContainerError) in ContainerStatistics(try base.statistics()) }
    }
}
