import Linux

/// Carries bytes from one descriptor to another as both are ready, and holds what the second does not take yet.
struct ByteRelay {
    private let source: Int32
    private let sink: Int32
    private var held: [UInt8] = []
    private var isOpen = true

    /// No more than this is written at once: what a pipe takes without blocking when poll(2) says it is ready.
    private static let portion = 4096

    init(from source: Int32, to sink: Int32) {
        self.source = source
        self.sink = sink
    }

    /// Whether there is nothing more to carry.
    var hasEnded: Bool { !isOpen && held.isEmpty }

    /// Watches for the next thing to do: to write what is held, or else to read.
    func watch(in watched: inout PollSet) {
        if !held.isEmpty {
            watched.add(sink, events: PollSet.output)
        } else if isOpen {
            watched.add(source)
        }
    }

    /// Moves what the descriptors are ready for.
    mutating func move(_ watched: PollSet) throws(Errno) {
        if !held.isEmpty {
            if watched.isReady(sink) { try writeHeld() }
        } else if isOpen, watched.isReady(source) {
            try readMore()
            if !held.isEmpty, try poll(sink, events: PollSet.output, milliseconds: 0) != 0 { try writeHeld() }
        }
    }

    /// Moves what is left in the source, without waiting for more.
    mutating func finish() throws(Errno) {
        while true {
            while !held.isEmpty {
                // The reader gets a while; one that hangs must not hold the runtime for ever.
                guard try poll(sink, events: PollSet.output, milliseconds: 10_000) != 0 else { return }
                try writeHeld()
            }
            guard isOpen, try poll(source, events: PollSet.input, milliseconds: 0) != 0 else { return }
            try readMore()
        }
    }

    private mutating func readMore() throws(Errno) {
        do throws(Errno) {
            held = try read(source, count: 32768)
            if held.isEmpty { isOpen = false }
        } catch .tryAgain {
            return
        } catch .inputOutput {
            // A master says this when the last process with the terminal is gone.
            isOpen = false
        }
    }

    private mutating func writeHeld() throws(Errno) {
        do throws(Errno) {
            let portion = Array(held.prefix(Self.portion))
            let count = try writeSome(portion, to: sink)
            held.removeFirst(count)
        } catch .tryAgain {
            return
        } catch {
            // The sink is gone: what was for it goes nowhere.
            held = []
            isOpen = false
        }
    }
}
