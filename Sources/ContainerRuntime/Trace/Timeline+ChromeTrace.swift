import ContainerInit
import StrictJSON

extension Timeline {
    /// The time line in the JSON format of Chrome's and Perfetto's trace viewers: each lane is a process, each event a complete
    /// event (`"ph": "X"`) in microseconds of CLOCK_MONOTONIC.
    ///
    /// - Parameter command: what the runtime's lane is called, such as `apus run`.
    public func chromeTrace(of command: String) -> [UInt8] {
        let initProcess = initProcesses.last ?? runtimeProcess &+ 1
        let events = events
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("displayTimeUnit")
        writer.string("ns")
        writer.key("otherData")
        writer.beginObject()
        for (key, value) in [
            ("command", command), ("version", runtimeVersion.description), ("clock", "CLOCK_MONOTONIC"),
            ("systemCalls", "counted where the runtime makes them; a clone with its exec counts as one"),
        ] {
            writer.key(key)
            writer.string(value)
        }
        writer.endObject()
        writer.key("traceEvents")
        writer.beginArray()
        Self.writeLane(runtimeProcess, named: command, &writer)
        if events.contains(where: { $0.lane == .initProcess }) {
            Self.writeLane(initProcess, named: "init", &writer)
        }
        for event in events { Self.write(event, event.lane == .runtime ? runtimeProcess : initProcess, &writer) }
        writer.endArray()
        writer.endObject()
        return writer.bytes + [UInt8(ascii: "\n")]
    }

    private static func writeLane(_ process: Int32, named name: String, _ writer: inout JSONWriter) {
        for kind in ["process_name", "thread_name"] {
            writer.beginObject()
            writer.key("ph")
            writer.string("M")
            writer.key("name")
            writer.string(kind)
            writer.key("pid")
            writer.integer(process)
            writer.key("tid")
            writer.integer(process)
            writer.key("args")
            writer.beginObject()
            writer.key("name")
            writer.string(name)
            writer.endObject()
            writer.endObject()
        }
    }

    private static func write(_ event: Event, _ process: Int32, _ writer: inout JSONWriter) {
        writer.beginObject()
        writer.key("ph")
        writer.string("X")
        writer.key("name")
        writer.string(event.name)
        writer.key("cat")
        writer.string(event.isStep ? "step" : "operation")
        writer.key("pid")
        writer.integer(process)
        writer.key("tid")
        writer.integer(process)
        writer.key("ts")
        writer.value(encoded: microseconds(event.begin))
        writer.key("dur")
        writer.value(encoded: microseconds(event.duration))
        writer.key("args")
        writer.beginObject()
        writer.key("phase")
        writer.string(event.phase)
        if !event.detail.isEmpty {
            writer.key("detail")
            writer.string(event.detail)
        }
        if event.isOpen {
            writer.key("open")
            writer.boolean(true)
        } else {
            writer.key("systemCalls")
            writer.integer(event.systemCalls)
            writer.key("systemCallMicroseconds")
            writer.value(encoded: microseconds(event.systemCallTime))
            writer.key("processorMicroseconds")
            writer.value(encoded: microseconds(event.processorTime))
            writer.key("waitingMicroseconds")
            writer.value(encoded: microseconds(event.waitingTime))
            writer.key("pageFaults")
            writer.integer(event.pageFaults)
        }
        writer.endObject()
        writer.endObject()
    }

    /// Nanoseconds as microseconds with three decimals.
    static func microseconds(_ nanoseconds: UInt64) -> [UInt8] {
        let rest = String(nanoseconds % 1000)
        let text = String(nanoseconds / 1000) + "." + String(repeating: "0", count: 3 - rest.utf8.count) + rest
        return [UInt8](text.utf8)
    }
}

extension Timeline.Event {
    /// The nanoseconds that it was not on a processor: it waited, or somebody else ran.
    public var waitingTime: UInt64 { duration > processorTime ? duration - processorTime : 0 }

    /// The nanoseconds of work in system calls: in them and not waiting.
    public var kernelTime: UInt64 {
        let time = min(systemCallTime, duration)
        return time > waitingTime ? time - waitingTime : 0
    }
}
