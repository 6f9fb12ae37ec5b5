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

    private let source: Int32
    private let sink: Int32
    /// The runtime's end of the process's pipe, which is closed when the relay ends.
    private var own: FileDescriptor?
    private let loss: Loss
    /// The most that is written at once.
    private let portion: Int
    private var held: [UInt8] = []
    private var written = 0
    private var isOpen = true
    private var isLost = false

    private static let readSize = 65536
    /// What a pipe takes without blocking when poll(2) says that it is ready.
    private static let safePortion = 4096

    /// - Parameters:
    ///   - own: the source or the sink, if it is the runtime's own end of a pipe.
    init(
        from source: Int32, to sink: Int32, own: consuming FileDescriptor? = nil, onLoss loss: Loss = .closesSource
    ) {
        self.source = source
        self.sink = sink
        self.loss = loss
        let isOwnSink = own.raw == sink
        self.own = own
        portion = isOwnSink || Self.isFile(sink) ? Self.readSize : Self.safePortion
    }

    private static func isFile(_ descriptor: Int32) -> Bool {
        do throws(Errno) {
            return try fileStatus(of: descriptor).kind == .regular
        } catch {
            return false
        }
    }

    /// Whether it has bytes that the sink has not taken.
    var holdsBytes: Bool { written < held.count }

    /// Watches for the next thing to do: to write what is held, or else to read.
    func watch(in watched: inout PollSet) {
        if holdsBytes {
            watched.add(sink, events: PollSet.output)
        } else if isOpen {
            watched.add(source)
        }
    }

    /// Moves what the descriptors are ready for.
    func move(_ watched: PollSet) throws(Errno) {
        if holdsBytes {
            if watched.isReady(sink) { try writeHeld() }
        } else if isOpen, watched.isReady(source) {
            readMore()
            try writeHeld()
        }
    }

    /// Moves what is in the source, without waiting for more: the last words of a process that has ended. Others may write
    /// on, so there is an end.
    ///
    /// - Parameter left: how much it may still be.
    func finish(left: inout Int) throws(Errno) {
        while true {
            try writeHeld()
            guard !holdsBytes, isOpen, left > 0 else { return }
            guard try poll(source, events: PollSet.input, milliseconds: 0) != 0 else { return }
            readMore()
            left -= held.count
        }
    }

    private func readMore() {
        do throws(Errno) {
            held = try read(source, count: Self.readSize)
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
        while holdsBytes {
            if portion == Self.safePortion {
                guard try poll(sink, events: PollSet.output, milliseconds: 0) != 0 else { return }
            }
            do throws(Errno) {
                written += try writeSome(held, from: written, atMost: portion, to: sink)
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
        isOpen = false
        own = nil
    }
}
