import Foundation
import FoundationXML
import Testing

/// --trace: how long each step took, in both lanes.
@Suite(.containers, .requires(.root, .runtime))
struct TraceTests {
    @Test func theStepsAreThoseOfThePlan() throws {
        let bundle = try TestBundle { $0.process.args = ["sleep", "1000"] }
        let file = try bundle.file("trace")
        try bundle.apus("create", "--trace", file, "--bundle", bundle.path, bundle.id).succeeded()
        let trace = try Trace(file)
        let explained = try JSONValue(
            parsing: bundle.apus("explain", "--bundle", bundle.path, "--format", "json").succeeded().stdout)
        for lane in ["runtime", "init"] {
            let planned = explained.steps.items.filter { $0.lane.text == lane && $0.phase.text == "create" }
            let seen = trace.events(in: lane).filter(\.isStep)
            #expect(seen.map(\.name) == planned.map { $0.operation.text ?? "" })
            #expect(seen.map(\.phase) == planned.map { $0.phase.text ?? "" })
        }
        // The container still waits for its start.
        #expect(trace.events(in: "init").last?.name == "wait-for-start")
        #expect(trace.events(in: "init").last?.isOpen == true)
        trace.expectOneTimeLine()
    }

    @Test func bothLanesOfARunToItsEnd() throws {
        let bundle = try TestBundle(shell: "true") {
            $0.hooks.poststop = [["path": "/bin/true"]]
            $0.hooks.createRuntime = [["path": "/bin/true"]]
            $0.hooks.startContainer = [["path": "/bin/true"]]
        }
        let file = try bundle.file("trace")
        try bundle.run("--trace", file).succeeded()
        let trace = try Trace(file)
        trace.expectOneTimeLine()
        let runtime = trace.events(in: "runtime")
        #expect(Set(runtime.map(\.phase)).isSuperset(of: ["create", "start", "delete"]))
        #expect(runtime.filter { $0.name == "run-hooks" }.map(\.phase) == ["create", "delete"])
        for name in ["read-bundle", "make-plan", "spawn", "await-init", "record-created", "await-end", "removeCgroup"] {
            #expect(runtime.contains { $0.name == name }, "\(name)")
        }
        let initEvents = trace.events(in: "init")
        #expect(initEvents.first?.name == "start-init")
        #expect(initEvents.last?.name == "execute")
        #expect(initEvents.filter { $0.name == "run-hooks" }.map(\.phase) == ["start"])
        // What the system calls took is a part of the whole, and mounts are nothing but system calls.
        for event in runtime + initEvents where !event.isOpen {
            #expect(event.callTime <= event.duration + 0.001)
        }
        #expect(initEvents.contains { $0.name == "mount" && $0.calls > 0 && $0.callTime > 0 })
    }

    @Test func theTimesComeThroughAFilter() throws {
        let bundle = try TestBundle(shell: "true") {
            $0.linux.seccomp = [
                "defaultAction": "SCMP_ACT_ALLOW",
                "syscalls": [["names": ["sendmsg", "getrusage", "write"], "action": "SCMP_ACT_ERRNO"]],
            ]
        }
        let file = try bundle.file("trace")
        try bundle.run("--trace", file).succeeded()
        #expect(try Trace(file).events(in: "init").last?.name == "execute")
    }

    /// The clock of a time namespace is another one; the line is that of the host.
    @Test func aTimeNamespaceStaysOnTheLine() throws {
        let bundle = try TestBundle(shell: "true") {
            $0.linux.namespaces.append(["type": "time"])
            $0.linux.timeOffsets = ["monotonic": ["secs": 86400], "boottime": ["secs": 86400]]
        }
        let file = try bundle.file("trace")
        try bundle.run("--trace", file).succeeded()
        let trace = try Trace(file)
        #expect(trace.events(in: "init").contains { $0.name == "enter-time-namespace" })
        trace.expectOneTimeLine()
    }

    @Test func execHasBothLanes() throws {
        let bundle = try TestBundle { $0.process.args = ["sleep", "1000"] }.running()
        let file = try bundle.file("trace")
        try bundle.exec("--trace", file, shell: "true").succeeded()
        let trace = try Trace(file)
        trace.expectOneTimeLine()
        #expect(trace.events(in: "runtime").contains { $0.name == "spawn" && $0.phase == "exec" })
        #expect(trace.events(in: "init").contains { $0.name == "join-namespace" && $0.phase == "exec" })
        #expect(trace.events(in: "init").last?.name == "execute")
    }

    @Test func aFailureWritesWhatThereWas() throws {
        let bundle = try TestBundle { $0.process.args = ["no-such-program"] }
        let file = try bundle.file("trace")
        let plain = try bundle.run()
        let traced = try bundle.run("--trace", file)
        #expect(traced.status == plain.status)
        #expect(traced.error == plain.error)
        let trace = try Trace(file)
        trace.expectOneTimeLine()
        #expect(trace.events(in: "init").last?.name == "look-up-program")
        #expect(trace.events(in: "init").last?.isOpen == false)
        #expect(trace.events(in: "runtime").contains { $0.name == "removeStateDirectory" })

        try bundle.write(text: "{")
        #expect(try bundle.run("--trace", file).status == 1)
        #expect(try Trace(file).events(in: "runtime").contains { $0.name == "read-bundle" })
    }

    @Test func everyCommandWritesOne() throws {
        let bundle = try TestBundle { $0.process.args = ["sleep", "1000"] }
        let file = try bundle.file("trace")
        try bundle.create().succeeded()
        let id = bundle.id
        for (arguments, names) in [
            (["start", id], ["read-state", "read-status", "give-start", "remove-fifo"]),
            (["state", id], ["read-state", "write-output"]), (["list"], ["read-states", "write-output"]),
            (["ps", id], ["read-state", "ps"]), (["pause", id], ["read-state", "pause"]),
            (["resume", id], ["read-state", "resume"]), (["update", "--pids-limit", "99", id], ["update"]),
            (["events", "--stats", id], ["events"]), (["features"], ["features"]),
            (["explain", "--bundle", bundle.path], ["explain"]),
            (["kill", id, "KILL"], ["read-state", "send-signal"]), (["wait", "--timeout", "10s", id], ["wait"]),
            (["delete", "--force", id], ["read-state", "read-status", "removeCgroup", "removeStateDirectory"]),
        ] {
            _ = try bundle.launch(["--trace", file] + arguments).wait()
            let trace = try Trace(file)
            trace.expectOneTimeLine()
            for name in names {
                #expect(trace.events(in: "runtime").contains { $0.name == name }, "\(arguments) \(name)")
            }
        }
    }

    @Test func aPictureOfTheLanes() throws {
        let bundle = try TestBundle(shell: "true") { $0.hostname = "a<b&\"c\"" }
        let file = try bundle.file("picture.svg")
        try bundle.run("--trace", file).succeeded()
        let text = try String(contentsOfFile: file, encoding: .utf8)
        let reader = PictureReader()
        let parser = XMLParser(data: Data(text.utf8))
        parser.delegate = reader
        #expect(parser.parse())
        #expect(reader.texts.contains("runtime"))
        #expect(reader.texts.contains("init"))
        for name in ["spawn", "make-plan", "mount", "execute", "start-init"] {
            #expect(reader.titles.contains { $0.contains("  " + name) }, "\(name)")
        }
    }

    /// In a directory that others may write to, a link must not lead the trace elsewhere.
    @Test func aLinkIsNotFollowed() throws {
        let bundle = try TestBundle(shell: "true")
        let target = try bundle.file("target", "precious")
        let link = target + ".link"
        symlink(target, link)
        try bundle.run("--trace", link).failed("open \(link): too many levels of symbolic links")
        let second = target + ".second"
        #expect(Foundation.link(target, second) == 0)
        try bundle.run("--trace", second).failed("open \(second): invalid argument")
        #expect(contents(target) == "precious")
        try bundle.run("--trace", "/dev/null").failed("open /dev/null: invalid argument")
        try bundle.run("--trace", bundle.path + "/no/such").failed(
            "open \(bundle.path)/no/such: no such file or directory")
        bundle.expectNothingLeft()
    }
}

/// A trace as its readers see it.
private struct Trace {
    struct Event {
        let name: String
        let phase: String
        let isStep: Bool
        let isOpen: Bool
        let begin: Double
        let duration: Double
        let calls: Int
        let callTime: Double
        let process: Int
    }

    private let lanes: [String: Int]
    private let events: [Event]

    init(_ file: String) throws {
        struct Document: Decodable {
            struct Event: Decodable {
                struct Arguments: Decodable {
                    let name, phase: String?
                    let open: Bool?
                    let systemCalls: Int?
                    let systemCallMicroseconds: Double?
                }
                let name, ph: String
                let cat: String?
                let pid: Int
                let ts, dur: Double?
                let args: Arguments
            }
            let traceEvents: [Event]
        }
        let document = try JSONDecoder().decode(Document.self, from: Data(contentsOf: URL(fileURLWithPath: file)))
        var lanes: [String: Int] = [:]
        for event in document.traceEvents where event.ph == "M" && event.name == "process_name" {
            lanes[event.args.name == "init" ? "init" : "runtime"] = event.pid
        }
        self.lanes = lanes
        events = document.traceEvents.filter { $0.ph == "X" }.map {
            Event(
                name: $0.name, phase: $0.args.phase ?? "", isStep: $0.cat == "step", isOpen: $0.args.open ?? false,
                begin: $0.ts ?? -1, duration: $0.dur ?? -1, calls: $0.args.systemCalls ?? 0,
                callTime: $0.args.systemCallMicroseconds ?? 0, process: $0.pid)
        }
    }

    func events(in lane: String) -> [Event] { events.filter { $0.process == lanes[lane] } }

    /// Checks that the events of each lane follow each other, and that those of the child lie within the runtime's time.
    func expectOneTimeLine(sourceLocation: SourceLocation = #_sourceLocation) {
        let runtime = events(in: "runtime")
        #expect(!runtime.isEmpty, sourceLocation: sourceLocation)
        for lane in ["runtime", "init"] {
            let events = events(in: lane)
            for (event, next) in zip(events, events.dropFirst()) {
                #expect(event.duration >= 0, sourceLocation: sourceLocation)
                #expect(
                    next.begin >= event.begin + event.duration - 0.002, "\(event) \(next)",
                    sourceLocation: sourceLocation)
            }
        }
        guard let first = runtime.first, let last = runtime.last else { return }
        for event in events(in: "init") {
            #expect(event.begin >= first.begin, "\(event)", sourceLocation: sourceLocation)
            #expect(
                event.begin + event.duration <= last.begin + last.duration + 0.002, "\(event)",
                sourceLocation: sourceLocation)
        }
    }
}

private final class PictureReader: NSObject, XMLParserDelegate {
    var texts: [String] = []
    var titles: [String] = []
    private var text = ""

    func parser(
        _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
        attributes: [String: String]
    ) { text = "" }

    func parser(_ parser: XMLParser, foundCharacters string: String) { text += string }

    func parser(_ parser: XMLParser, didEndElement name: String, namespaceURI: String?, qualifiedName: String?) {
        if name == "text" { texts.append(text) }
        if name == "title" { titles.append(text) }
    }
}
