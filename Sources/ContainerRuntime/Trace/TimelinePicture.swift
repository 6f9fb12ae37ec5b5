import ContainerInit

/// The two lanes of a time line as a picture in SVG: above, each event as wide as it is long, with what it spent in its own code,
/// in system calls and waiting; below, the longest events as a table.
struct TimelinePicture {
    private let command: String
    private let events: [Timeline.Event]
    private let scale: Scale
    private var lines: [String] = []

    private static let margin = 110.0
    private static let width = 1600.0
    private static let laneHeight = 92.0
    private static let shown = 30

    init(_ timeline: Timeline, command: String) {
        self.command = command
        events = timeline.events
        scale = Scale(events, from: Self.margin, width: Self.width - Self.margin - 20)
    }

    /// The picture as text.
    mutating func text() -> String {
        let longest = events.filter { !$0.isOpen }.sorted { $0.duration > $1.duration }.prefix(Self.shown)
        let tableTop = 3 * Self.laneHeight + 50
        let height = tableTop + Double(longest.count + 2) * 17
        lines = [
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"\(Self.number(Self.width))\" height=\"\(Self.number(height))\" "
                + "font-family=\"sans-serif\" font-size=\"12\">",
            "<style>.own{fill:#4c78a8}.kernel{fill:#f58518}.waiting{fill:#d8d8d8}.mono{font-family:monospace}</style>",
            "<rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>",
        ]
        label(
            Self.margin, 20, escaped(command) + ": " + milliseconds(scale.length) + " ms, CLOCK_MONOTONIC", bold: true)
        legend()
        drawAxis()
        drawLane("runtime", .runtime, top: Self.laneHeight)
        drawLane("init", .initProcess, top: 2 * Self.laneHeight)
        drawTable(longest, top: tableTop)
        lines.append("</svg>")
        return lines.joined(separator: "\n") + "\n"
    }

    private mutating func legend() {
        var left = Self.margin
        for (kind, text) in [("own", "own code and page faults"), ("kernel", "system calls"), ("waiting", "waiting")] {
            lines.append("<rect class=\"\(kind)\" x=\"\(Self.number(left))\" y=\"32\" width=\"12\" height=\"12\"/>")
            label(left + 18, 42, text)
            left += 190
        }
    }

    private mutating func drawAxis() {
        let top = Self.laneHeight - 22
        for tick in scale.ticks {
            let x = Self.number(scale.position(tick))
            lines.append(
                "<line x1=\"\(x)\" x2=\"\(x)\" y1=\"\(Self.number(top))\" "
                    + "y2=\"\(Self.number(3 * Self.laneHeight))\" stroke=\"#eee\"/>")
            label(scale.position(tick) + 2, top, milliseconds(tick - scale.begin) + " ms")
        }
    }

    private mutating func drawLane(_ name: String, _ lane: Timeline.Lane, top: Double) {
        label(10, top + 32, name, bold: true)
        for event in events where event.lane == lane {
            let left = scale.position(event.begin)
            let width = max(0.4, scale.position(event.begin + event.duration) - left)
            lines.append("<g><title>\(escaped(description(of: event)))</title>")
            var x = left
            for (kind, share) in shares(of: event) where share > 0 {
                lines.append(
                    "<rect class=\"\(kind)\" x=\"\(Self.number(x))\" y=\"\(Self.number(top))\" "
                        + "width=\"\(Self.number(width * share))\" height=\"50\"/>")
                x += width * share
            }
            lines.append(
                "<rect x=\"\(Self.number(left))\" y=\"\(Self.number(top))\" width=\"\(Self.number(width))\" height=\"50\" "
                    + "fill=\"none\" stroke=\"#fff\" stroke-width=\"0.5\"/>")
            // A letter takes about six units.
            let letters = Int(width / 6.5)
            if letters >= 4 { label(left + 2, top + 64, escaped(String(event.name.prefix(letters)))) }
            lines.append("</g>")
        }
    }

    private mutating func drawTable(_ events: ArraySlice<Timeline.Event>, top: Double) {
        label(10, top, "The longest:", bold: true)
        for (index, event) in events.enumerated() {
            lines.append(
                "<text class=\"mono\" x=\"10\" y=\"\(Self.number(top + Double(index + 1) * 17))\" xml:space=\"preserve\">"
                    + escaped(description(of: event)) + "</text>")
        }
    }

    /// The parts of an event: own code, system calls, waiting; an open event is all waiting.
    private func shares(of event: Timeline.Event) -> [(String, Double)] {
        guard !event.isOpen, event.duration > 0 else { return [("waiting", 1)] }
        let whole = Double(event.duration)
        let waiting = Double(event.waitingTime) / whole
        let kernel = Double(event.kernelTime) / whole
        return [("own", max(0, 1 - waiting - kernel)), ("kernel", kernel), ("waiting", waiting)]
    }

    private func description(of event: Timeline.Event) -> String {
        let lane = event.lane == .runtime ? "runtime" : "init   "
        var text = padded(milliseconds(event.duration), 9) + " ms  " + lane + "  " + event.name
        if !event.detail.isEmpty {
            let detail = event.detail.unicodeScalars
            text += " " + String(String.UnicodeScalarView(detail.prefix(100))) + (detail.count > 100 ? "…" : "")
        }
        if event.isOpen { return text + ": no end seen" }
        return text + ": \(event.systemCalls) system calls " + milliseconds(event.systemCallTime) + " ms, waiting "
            + milliseconds(event.waitingTime) + " ms, \(event.pageFaults) page faults"
    }

    // MARK: - Text

    private mutating func label(_ x: Double, _ y: Double, _ text: String, bold: Bool = false) {
        lines.append(
            "<text x=\"\(Self.number(x))\" y=\"\(Self.number(y))\"" + (bold ? " font-weight=\"bold\"" : "") + ">" + text
                + "</text>")
    }

    private func padded(_ text: String, _ width: Int) -> String {
        String(repeating: " ", count: max(0, width - text.utf8.count)) + text
    }

    private func milliseconds(_ nanoseconds: UInt64) -> String {
        let thousandths = String(nanoseconds / 1000 % 1000)
        return String(nanoseconds / 1_000_000) + "." + String(repeating: "0", count: 3 - thousandths.utf8.count)
            + thousandths
    }

    /// A coordinate with one decimal; printing a Double would take a large part of the standard library along.
    private static func number(_ value: Double) -> String {
        let tenths = Int(value * 10)
        return String(tenths / 10) + "." + String(tenths % 10)
    }

    /// What XML 1.0 allows, with its own signs escaped.
    private func escaped(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            default:
                let isControl = scalar.value < 0x20 || scalar.value == 0xFFFE || scalar.value == 0xFFFF
                result.unicodeScalars.append(isControl ? "?" : scalar)
            }
        }
        return result
    }
}

/// From moments to places. What the runtime waits for the program's end has a bounded width, so that the rest can be seen.
private struct Scale {
    let begin: UInt64
    let length: UInt64
    private let left: Double
    private let width: Double
    /// The long wait, and how much longer than shown it is.
    private let wait: (begin: UInt64, end: UInt64)
    private let excess: UInt64

    init(_ events: [Timeline.Event], from left: Double, width: Double) {
        self.left = left
        self.width = width
        let begin = events.map(\.begin).min() ?? 0
        let end = events.map { $0.begin + $0.duration }.max() ?? 0
        self.begin = begin
        length = end - begin
        let wait = events.first { $0.lane == .runtime && $0.name == "await-end" && !$0.isOpen }
        self.wait = (wait?.begin ?? end, wait.map { $0.begin + $0.duration } ?? end)
        let most = (length - (self.wait.end - self.wait.begin)) / 4
        excess = max(most, self.wait.end - self.wait.begin) - most
    }

    func position(_ moment: UInt64) -> Double {
        var time = Double(moment - begin)
        if moment >= wait.end {
            time -= Double(excess)
        } else if moment > wait.begin {
            let whole = Double(wait.end - wait.begin)
            time = Double(wait.begin - begin) + Double(moment - wait.begin) * (whole - Double(excess)) / whole
        }
        let shown = Double(max(1, length - excess))
        return left + time / shown * width
    }

    /// Round moments, about a dozen.
    var ticks: [UInt64] {
        var distance: UInt64 = 1000
        while (length - excess) / distance > 12 { distance *= distance.description.utf8.first == 49 ? 5 : 2 }
        return Array(stride(from: begin, through: begin + length, by: UInt64.Stride(distance))).filter {
            excess == 0 || $0 <= wait.begin || $0 >= wait.end
        }
    }
}

extension Timeline {
    /// The time line as a picture in SVG.
    ///
    /// - Parameter command: what was done, such as `apus run`.
    public func picture(of command: String) -> [UInt8] {
        var picture = TimelinePicture(self, command: command)
        return [UInt8](picture.text().utf8)
    }
}
