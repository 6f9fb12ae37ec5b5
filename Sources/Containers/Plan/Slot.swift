import Linux

/// The name of a descriptor that is made while a plan runs.
///
/// A plan is data and holds no descriptors: a step that makes one fills a slot, a step that needs one empties it.
package struct Slot: RawRepresentable, Hashable, Sendable {
    package let rawValue: UInt16
    package init(rawValue: UInt16) { self.rawValue = rawValue }
}

/// The descriptors that a runner holds, by slot.
///
/// Descriptors that are still here when the table goes away are closed.
package final class DescriptorTable {
    private var entries: [(slot: Slot, raw: Int32)] = []

    package init() {}

    deinit {
        for entry in entries { _ = FileDescriptor(owning: entry.raw) }
    }

    /// Puts a descriptor into an empty slot.
    package func fill(_ slot: Slot, _ descriptor: consuming FileDescriptor) {
        entries.append((slot, descriptor.release()))
    }

    /// Takes the descriptor out of its slot; nil when the slot is empty.
    package func take(_ slot: Slot) -> FileDescriptor? {
        guard let index = entries.firstIndex(where: { $0.slot == slot }) else { return nil }
        return FileDescriptor(owning: entries.remove(at: index).raw)
    }

    /// The number of the descriptor in a slot, which stays there.
    package func peek(_ slot: Slot) -> Int32? {
        entries.first { $0.slot == slot }?.raw
    }

    /// All filled slots in the order they were filled.
    package var filled: [(slot: Slot, raw: Int32)] { entries }
}
