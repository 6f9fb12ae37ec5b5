import ContainerInit
import ContainerPlan
import ContainerSteps
import LinuxKernel

/// Carries bytes from one descriptor to another as both are ready, and holds what the second does not take yet.
///
/// Nothing is changed on descriptors of the caller, whose open files others may share: they stay as blocking as they are.
final class ByteRelay {
    /// What becomes of the source when nobody takes its bytes any more.
    enum Loss {
        /// It is closed, so that its writer learns of it.
        case closesSource
        /// It is read all the same, so that its writer goes on.
        case drainsSource
    }

    /// Nil when the relay has ended: it may be that nobody else holds the runtime's end of the process's pipe.
    private var source: SharedDescriptor?
    private var sink: SharedDescriptor?
    private let loss: Loss
    /// The most that is written at once.
    private let portion: Int
    private var held: [UInt8] = []
    private var written = 0
    private var isLost = false

    private static let readSize = 65536
    /// What a pipe takes without blocking when poll(2) says that it is ready.
    private static let safePortion = 4096

    /// - Parameters:
    ///   - kind: what the sink is, where that is known.
    ///   - blocks: whether a write to the sink may wait, so that not more is written at once than it is ready for.
    init(
        from source: SharedDescriptor, to sink: SharedDescriptor, _ kind: FileKind? = nil, blocks: Bool = true,
        onLoss loss: Loss = .closesSource
    ) {
        self.source = source
        self.sink = sink
        self.loss = loss
        portion = blocks && (kind ?? Self.kind(of: sink.file)) != .regular ? Self.safePortion : Self.readSize
    }

    private static func kind(of file: borrowing FileDescriptor) -> FileKind {
        do throws(Errno) {
            return try file.status().kind
        } catch {
            return .unknown
        }
    }

    /// Whether it has bytes that the sink has not taken.
    var holdsBytes: Bool { written < held.count }

    /// Watches for the next thing to do: to write what is held, or else to read.
    func watch(in watched: inout PollSet) {
        guard let source, let sink else { return }
        if holdsBytes {
            watched.add(sink.file, events: PollSet.output)
        } else {
            watched.add(source.file)
        }
    }

    /// Moves what the descriptors are ready for.
    func move(_ watched: PollSet) throws(Errno) {
        guard let source, let sink else { return }
        if holdsBytes {
            if watched.isReady(sink.file) { try writeHeld() }
        } else if watched.isReady(source.file) {
            readMore()
            try writeHeld()
        }
    }

    /// Whether nothing is left to move: what is held has been taken, and the source is empty and without a writer.
    func isDone(_ watched: PollSet) -> Bool {
        guard let source else { return true }
        return !holdsBytes && watched.isHungUp(source.file)
    }

    /// Moves what is in the source, without waiting for more: the last words of a process that has ended. Others may write
    /// on, so there is an end.
    ///
    /// - Parameter left: how much it may still be.
    func finish(left: inout Int) throws(Errno) {
        while true {
            try writeHeld()
            guard !holdsBytes, let source, left > 0 else { return }
            guard try source.file.poll(events: PollSet.input, milliseconds: 0) != 0 else { return }
            readMore()
            left -= held.count
        }
    }

    private func readMore() {
        guard let source else { return }
        do throws(Errno) {
            held = try source.file.read(count: Self.readSize)
            written = 0
            if held.isEmpty { end() }
            if isLost { held = [] }
        } catch .tryAgain {
            return
        } catch {
            // A master says EIO when the last process with the terminal is gone; and there are sources that cannot be read.
            end()
        }
    }

    private func writeHeld() throws(Errno) {
        while holdsBytes, let sink {
            if portion == Self.safePortion {
                guard try sink.file.poll(events: PollSet.output, milliseconds: 0) != 0 else { return }
            }
            do throws(Errno) {
                written += try sink.file.writeSome(held, from: written, atMost: portion)
            } catch .tryAgain {
                return
            } catch {
                lose()
            }
        }
    }

    /// The sink is gone, or full for good: what was for it goes nowhere.
    private func lose() {
        held = []
        written = 0
        switch loss {
        case .closesSource: end()
        case .drainsSource: isLost = true
        }
    }

    private func end() {
        source = nil
        sink = nil
    }
}
