import Linux

/// All that the child gets: which descriptors it inherited, and its steps.
package struct ChildPlan: Sendable, PlanCodable {
    /// The inherited descriptors: a slot, and the number it has in the child.
    package var slots: [InheritedSlot] = []
    package var steps: [ChildStep] = []

    package init() {}

    /// Whether it makes a root file system.
    var makesRootfs: Bool { steps.contains { if case .rootfs = $0.operation { true } else { false } } }

    /// Whether it enters a joined pid namespace at its end.
    var entersLate: Bool { steps.contains { if case .enterPIDNamespace = $0.operation { true } else { false } } }

    /// Whether the child loads a seccomp filter.
    var hasFilter: Bool {
        steps.contains { if case .loadSeccomp = $0.operation { true } else { false } }
    }

    package func encode(to encoder: inout PlanEncoder) {
        encoder.encode(slots)
        encoder.encode(steps)
    }

    package init(from decoder: inout PlanDecoder) throws(PlanCodingError) {
        slots = try decoder.decode([InheritedSlot].self)
        steps = try decoder.decode([ChildStep].self)
    }
}

/// A descriptor that came with the exec.
package struct InheritedSlot: Sendable, PlanCodable {
    package var slot: Slot
    package var number: Int32

    package init(slot: Slot, number: Int32) {
        self.slot = slot
        self.number = number
    }

    package func encode(to encoder: inout PlanEncoder) {
        encoder.encode(slot)
        encoder.encode(number)
    }

    package init(from decoder: inout PlanDecoder) throws(PlanCodingError) {
        slot = try decoder.decode(Slot.self)
        number = try decoder.decode()
    }
}

extension Slot {
    /// What the child reads a byte from before it starts the program.
    package static let start = Slot(rawValue: 1)
    /// A file system with device nodes for the container.
    package static let deviceNodes = Slot(rawValue: 3)
    /// What becomes the standard input (0), output (1) or error (2) of the child, if not the runtime's own.
    package static func standardStream(_ number: Int32) -> Slot { Slot(rawValue: 4 + UInt16(clamping: number)) }

    /// The number of the standard stream that the slot stands for.
    package var standardStream: Int32? { (4...6).contains(rawValue) ? Int32(rawValue) - 4 : nil }

    /// The files that the output of hooks is copied to.
    package static let hookOutput = Slot(rawValue: 7)
    package static let hookErrorOutput = Slot(rawValue: 8)
    /// The pidfd of a container that a process joins.
    package static let containerProcess = Slot(rawValue: 2)
    /// The fifo whose reader a process waits for.
    package static let waitFifo = Slot(rawValue: 3)
    /// The first of the descriptors that are passed to the program, in their order.
    package static func passed(_ index: Int) -> Slot { Slot(rawValue: 0x100 + UInt16(clamping: index)) }
    /// Which of the passed descriptors the slot stands for.
    package var passedIndex: Int? { (0x100..<0x4000).contains(rawValue) ? Int(rawValue) - 0x100 : nil }
    /// The namespace file of one entry of linux.namespaces.
    package static func namespace(_ index: Int) -> Slot { Slot(rawValue: 0x10 + UInt16(clamping: min(index, 0xef))) }
    /// What the mounts of a plan need from the parent; an index of their own.
    package static func mountSource(_ index: Int) -> Slot { Slot(rawValue: 0x4000 + UInt16(clamping: index)) }
}
