import ContainerRuntime
import LinuxKernel
import RuntimeSpec

/// What `events` writes: the statistics of a container at intervals, and when it runs out of memory.
struct EventStream {
    /// The form of what is written.
    enum Format {
        case json, prometheus

        init(_ arguments: ParsedArguments) throws(CommandError) {
            switch arguments.text(.eventsFormat) ?? "json" {
            case "json": self = .json
            case "prometheus": self = .prometheus
            default: throw CommandError("invalid format option")
            }
        }
    }

    private let container: Container
    private let format: Format
    /// How often the container ran out of memory since the stream began; nil before.
    private var outOfMemory: UInt64?

    init(_ container: Container, format: Format) {
        self.container = container
        self.format = format
    }

    /// The statistics of this moment.
    func statistics() throws(ContainerError) -> [UInt8] {
        let statistics = try container.statistics()
        switch format {
        case .json: return EventDocument.statistics(statistics, id: container.id)
        case .prometheus:
            return MetricsDocument.text(statistics, id: container.id, outOfMemory: outOfMemory)
                + (outOfMemory == nil ? [] : [UInt8(ascii: "\n")])
        }
    }

    /// Writes until the container ends or the reader goes away, which ends the program.
    mutating func run(every interval: UInt64, log: Log) throws(ContainerError) {
        if isStandardOutputMissing {
            throw ContainerError(operation: "write", subject: "/dev/stdout", errno: .badFileDescriptor)
        }
        var watch = try container.watch()
        outOfMemory = 0
        var moment = Self.sum(monotonicNanoseconds(), interval)
        while true {
            switch try watch.next(until: moment, output: SharedDescriptor.standardOutput.file) {
            case .ended: return
            case .readerGone: Self.endWithReader()
            case .outOfMemory:
                outOfMemory = (outOfMemory ?? 0) + 1
                switch format {
                case .json: try write(EventDocument.outOfMemory(id: container.id))
                case .prometheus: try writeStatistics(log)
                }
            case .timeOver:
                try writeStatistics(log)
                // What was missed meanwhile is not made up for.
                moment = Self.sum(max(moment, monotonicNanoseconds() &- interval), interval)
            }
        }
    }

    /// Statistics that cannot be had this time may be there the next time; of a container that has ended there are none.
    private func writeStatistics(_ log: Log) throws(ContainerError) {
        let bytes: [UInt8]
        do throws(ContainerError) {
            bytes = try statistics()
        } catch {
            if try container.status() != .stopped { log.failure(CommandError(error)) }
            return
        }
        try write(bytes)
    }

    /// Writes to standard output, also where that is a pipe that does not let one wait.
    func write(_ bytes: [UInt8]) throws(ContainerError) {
        var start = 0
        while start < bytes.count {
            do throws(Errno) {
                if isStandardOutputMissing { throw .badFileDescriptor }
                start += try SharedDescriptor.standardOutput.file.writeSome(bytes, from: start)
            } catch .tryAgain {
                try Self.waitForRoom()
            } catch .brokenPipe {
                Self.endWithReader()
            } catch {
                throw ContainerError(operation: "write", subject: "/dev/stdout", errno: error)
            }
        }
    }

    private static func waitForRoom() throws(ContainerError) {
        do throws(Errno) {
            _ = try SharedDescriptor.standardOutput.file.poll(events: PollSet.output, milliseconds: -1)
        } catch {
            throw ContainerError(operation: "poll", subject: "/dev/stdout", errno: error)
        }
    }

    /// Ends as programs do whose reader has gone: by SIGPIPE.
    private static func endWithReader() -> Never {
        end(bySignal: SignalNumber.brokenPipe)
        exitProcess(128 + SignalNumber.brokenPipe)
    }

    private static func sum(_ a: UInt64, _ b: UInt64) -> UInt64 {
        let (sum, isTooBig) = a.addingReportingOverflow(b)
        return isTooBig ? .max : sum
    }
}
