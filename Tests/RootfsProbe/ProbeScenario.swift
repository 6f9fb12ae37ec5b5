import Containers
import Linux
import RuntimeSpec

/// What a test wants the probe to do.
package struct ProbeScenario: PlanCodable {
    package var hasUserNamespace = false
    package var hasNetworkNamespace = true
    package var hasCgroupNamespace = false
    /// True to make a terminal of the container's devpts and put it on /dev/console.
    package var hasConsole = false
    /// The host's id of the container's user 0.
    package var firstHostID: UInt32 = 100_000
    package var sources: [MountSourceStep] = []
    package var operations: [RootfsOperation] = []
    package var program: [String] = []
    /// The descriptors that the probe made of the sources.
    var slots: [UInt16] = []
    var numbers: [Int32] = []

    package init() {}

    package func encode(to encoder: inout PlanEncoder) {
        encoder.encode(hasUserNamespace)
        encoder.encode(hasNetworkNamespace)
        encoder.encode(hasCgroupNamespace)
        encoder.encode(hasConsole)
        encoder.encode(firstHostID)
        encoder.encode(UInt32(sources.count))
        for source in sources {
            encoder.encode(source.slot.rawValue)
            encoder.encode(source.path)
            encoder.encode(source.destination)
            encoder.encode(source.recursively)
            encoder.encode(source.noFollow)
            encoder.encode(source.propagation.rawValue)
            if case .ranges(let uids, let gids, let recursively)? = source.idMap {
                encoder.encode(true)
                encoder.encode(recursively)
                for mappings in [uids, gids] {
                    encoder.encode(mappings.flatMap { [$0.containerID, $0.hostID, $0.size] })
                }
            } else {
                encoder.encode(false)
            }
        }
        encoder.encode(operations)
        encoder.encode(program)
    }

    package init(from decoder: inout PlanDecoder) throws(PlanCodingError) {
        hasUserNamespace = try decoder.decode(Bool.self)
        hasNetworkNamespace = try decoder.decode(Bool.self)
        hasCgroupNamespace = try decoder.decode(Bool.self)
        hasConsole = try decoder.decode(Bool.self)
        firstHostID = try decoder.decode(UInt32.self)
        for _ in 0..<(try decoder.decode(UInt32.self)) {
            var source = MountSourceStep(
                slot: Slot(rawValue: try decoder.decode(UInt16.self)), path: try decoder.decode(Path.self),
                destination: try decoder.decode(Path.self), recursively: try decoder.decode(Bool.self),
                noFollow: try decoder.decode(Bool.self),
                propagation: MountFlags(rawValue: try decoder.decode(UInt32.self)))
            if try decoder.decode(Bool.self) {
                let recursively = try decoder.decode(Bool.self)
                let uids = Self.mappings(try decoder.decode([UInt32].self))
                let gids = Self.mappings(try decoder.decode([UInt32].self))
                source.idMap = .ranges(uids: uids, gids: gids, recursively: recursively)
            }
            sources.append(source)
        }
        operations = try decoder.decode([RootfsOperation].self)
        program = try decoder.decode([String].self)
    }

    private static func mappings(_ numbers: [UInt32]) -> [IDMapping] {
        stride(from: 0, to: numbers.count - 2, by: 3).map {
            IDMapping(containerID: numbers[$0], hostID: numbers[$0 + 1], size: numbers[$0 + 2])
        }
    }
}
