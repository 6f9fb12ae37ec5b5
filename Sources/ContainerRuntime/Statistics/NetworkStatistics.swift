import ContainerInit
import ContainerPlan
import ContainerSteps
import LinuxKernel

/// What has gone through a network interface, as its namespace sees it.
package struct NetworkStatistics: Equatable, Sendable {
    /// One direction.
    package struct Direction: Equatable, Sendable {
        package var bytes: UInt64 = 0
        package var packets: UInt64 = 0
        package var errors: UInt64 = 0
        package var dropped: UInt64 = 0

        package init() {}
    }

    package var name: ByteString
    package var received = Direction()
    package var sent = Direction()

    package init(name: ByteString) { self.name = name }

    /// The interfaces of a `net/dev`, but for the loopback. See proc_pid_net(5).
    package static func parse(_ text: ByteString) -> [NetworkStatistics] {
        var result: [NetworkStatistics] = []
        for line in text.split(separator: UInt8(ascii: "\n")) {
            // Two lines of headings have no colon; the name of an alias may have one itself.
            guard let colon = line.lastIndex(of: UInt8(ascii: ":")) else { continue }
            let name = line[..<colon].drop { $0 == UInt8(ascii: " ") }
            let numbers = line[(colon + 1)...].split(separator: UInt8(ascii: " "))
                .map { UInt64(ByteString(bytes: $0).text) ?? 0 }
            guard numbers.count >= 16, !name.elementsEqual("lo".utf8) else { continue }
            var interface = NetworkStatistics(name: ByteString(bytes: name))
            interface.received = Direction(numbers[0...])
            interface.sent = Direction(numbers[8...])
            result.append(interface)
        }
        return result
    }
}

extension NetworkStatistics.Direction {
    fileprivate init(_ numbers: ArraySlice<UInt64>) {
        let start = numbers.startIndex
        (bytes, packets, errors, dropped) =
            (numbers[start], numbers[start + 1], numbers[start + 2], numbers[start + 3])
    }
}

extension Container {
    /// The interfaces of the container's network namespace; nil where that is the runtime's own, or holds no more than
    /// the loopback.
    func interfaceStatistics() -> [NetworkStatistics]? {
        guard let pid = record.pid else { return nil }
        do throws(Errno) {
            let own = try fileStatus("/proc/self/ns/net")
            let its = try fileStatus("/proc/\(pid)/ns/net")
            if own.inode == its.inode, own.device == its.device { return nil }
            let text = try readKernelFile("/proc/\(pid)/net/dev")
            // Looked at after the reading, so that the number still meant this process then.
            guard try ProcessFacts.read(pid)?.startTime == record.startTime else { return nil }
            let interfaces = NetworkStatistics.parse(text)
            return interfaces.isEmpty ? nil : interfaces
        } catch {
            // It has ended, or may not be looked at.
            return nil
        }
    }
}
