import ByteStrings
import LinuxKernel

/// The name of a descriptor that is made while a plan runs.
///
/// A plan is data and holds no descriptors: a step that makes one fills a slot, a step that needs one empties it.
package struct Slot: Hashable, FieldRecord {
    /// What the descriptor is for.
    package enum Purpose: UInt8, FieldCode {
        /// What the child of `create` reads a byte from before it starts the program.
        case start
        /// The pidfd of a container that a process joins.
        case containerProcess
        /// A file system with device nodes for the container.
        case deviceNodes
        /// The fifo whose reader a process waits for.
        case waitFifo
        /// What becomes a standard stream of the child, if not the runtime's own.
        case standardStream
        /// A descriptor that is passed to the program.
        case passed
        /// The namespace file of an entry of linux.namespaces.
        case namespace
        /// A tree of mounts that the parent takes.
        case mountSource
        /// The files that the output of hooks is copied to.
        case hookOutput, hookErrorOutput
        /// The socket that gets the master of the terminal.
        case consoleSocket
        /// The socket that gets a pidfd of the process.
        case pidfdSocket
        /// The memory that the child leaves the times of its steps in.
        case times
        /// The memory that a child leaves its last message in, where its filter may deny it any other way.
        case finalWord
    }

    package private(set) var purpose = Purpose.start
    /// Which one, where there are several.
    package private(set) var index: UInt16 = 0

    package init() {}

    private init(_ purpose: Purpose, _ index: Int = 0) {
        self.purpose = purpose
        self.index = UInt16(clamping: index)
    }

    package mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) throws(Visitor.Failure) {
        try visitor.field("purpose", &purpose)
        try visitor.field("index", &index)
    }

    package static let start = Slot(.start)
    package static let containerProcess = Slot(.containerProcess)
    package static let deviceNodes = Slot(.deviceNodes)
    package static let waitFifo = Slot(.waitFifo)
    package static let hookOutput = Slot(.hookOutput)
    package static let hookErrorOutput = Slot(.hookErrorOutput)
    package static let consoleSocket = Slot(.consoleSocket)
    package static let pidfdSocket = Slot(.pidfdSocket)
    package static let times = Slot(.times)
    package static let finalWord = Slot(.finalWord)
    /// Standard input (0), output (1) or error (2).
    package static func standardStream(_ number: DescriptorNumber) -> Slot {
        Slot(.standardStream, Int(number.rawValue))
    }
    package static func passed(_ index: Int) -> Slot { Slot(.passed, index) }
    package static func namespace(_ index: Int) -> Slot { Slot(.namespace, index) }
    package static func mountSource(_ index: Int) -> Slot { Slot(.mountSource, index) }

    /// Whether the program finds the descriptor by this number.
    package func isInPlace(_ number: DescriptorNumber) -> Bool {
        purpose == .passed && number == .passed(Int32(index))
    }

    /// Whether the child gets the descriptor.
    package var isForChild: Bool {
        switch purpose {
        case .start, .containerProcess, .deviceNodes, .waitFifo, .standardStream, .passed, .namespace, .mountSource,
            .hookOutput, .hookErrorOutput, .times, .finalWord:
            true
        case .consoleSocket, .pidfdSocket: false
        }
    }
}

/// The descriptors that the performer of a plan holds, by slot.
///
/// Descriptors that are still here when the table goes away are closed.
package final class Slots {
    /// What is in a slot: a place of its own, since arrays have no move-only elements.
    private final class Entry {
        let slot: Slot
        private var file: FileDescriptor?

        init(_ slot: Slot, _ file: consuming FileDescriptor) {
            self.slot = slot
            self.file = consume file
        }

        var number: DescriptorNumber? { file.number }

        func take() -> FileDescriptor? { file.take() }
    }

    private var entries: [Entry] = []
    /// The standard streams that the child inherits and that are known to be the null device.
    package var nullStreams: StreamSet = []
    /// Those that are pipes of the runtime, which belong to the container's root.
    package var ownStreams: StreamSet = []

    package init() {}

    /// Puts a descriptor into an empty slot.
    package func fill(_ slot: Slot, _ descriptor: consuming FileDescriptor) {
        entries.append(Entry(slot, descriptor))
    }

    /// Takes the descriptor out of its slot; nil when the slot is empty.
    package func take(_ slot: Slot) -> FileDescriptor? {
        guard let index = entries.firstIndex(where: { $0.slot == slot }) else { return nil }
        return entries.remove(at: index).take()
    }

    /// The number of the descriptor in a slot, which stays there.
    package func number(of slot: Slot) -> DescriptorNumber? { entries.first { $0.slot == slot }?.number }

    /// All filled slots in the order they were filled.
    package var filled: [(slot: Slot, number: DescriptorNumber)] {
        entries.compactMap { entry in entry.number.map { (entry.slot, $0) } }
    }

    /// How many slots of a purpose are filled.
    package func count(of purpose: Slot.Purpose) -> Int { entries.count { $0.slot.purpose == purpose } }
}
