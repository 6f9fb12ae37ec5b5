import ByteStrings

/// The text format in which Prometheus and its relatives read metrics. See its documentation, "Exposition formats".
struct PrometheusText {
    /// What a metric is.
    enum Kind {
        /// It grows until the container ends.
        case counter
        case gauge
        case untyped

        fileprivate var name: StaticString {
            switch self {
            case .counter: "counter"
            case .gauge: "gauge"
            case .untyped: "untyped"
            }
        }
    }

    /// The value of a sample, in base units.
    enum Value {
        case integer(UInt64)
        /// A number of parts of which there are ten to the power of `decimals` in a unit.
        case fraction(UInt64, decimals: Int)
        case infinite

        static func nanoseconds(_ count: UInt64) -> Value { .fraction(count, decimals: 9) }
        static func microseconds(_ count: UInt64) -> Value { .fraction(count, decimals: 6) }

        /// A limit, where there is one: both versions of cgroups have a number for none.
        static func limit(_ count: UInt64) -> Value { count > 1 << 62 ? .infinite : .integer(count) }

        fileprivate var text: String {
            switch self {
            case .integer(let value): String(value)
            case .fraction(let value, let decimals): DecimalText.text(value, decimals: decimals)
            case .infinite: "+Inf"
            }
        }
    }

    /// One value and what tells it from the others of its metric.
    struct Sample {
        let labels: [(name: StaticString, value: ByteString)]
        let value: Value

        init(_ value: Value, _ labels: [(name: StaticString, value: ByteString)] = []) {
            self.value = value
            self.labels = labels
        }
    }

    private(set) var bytes: [UInt8] = []
    private let identifier: ByteString

    /// Starts a text whose samples all have the label `id`.
    init(identifier: String) { self.identifier = ByteString(identifier) }

    /// Adds a metric with all its samples; one without samples is left out.
    mutating func add(_ name: StaticString, _ kind: Kind, _ help: StaticString, _ samples: [Sample]) {
        guard !samples.isEmpty else { return }
        append("# HELP \(name) \(help)\n# TYPE \(name) \(kind.name)\n")
        for sample in samples {
            append("\(name){id=\"\(Self.escaped(identifier))\"")
            for label in sample.labels { append(",\(label.name)=\"\(Self.escaped(label.value))\"") }
            append("} \(sample.value.text)\n")
        }
    }

    /// Adds a metric with one sample.
    mutating func add(_ name: StaticString, _ kind: Kind, _ help: StaticString, _ value: Value) {
        add(name, kind, help, [Sample(value)])
    }

    private mutating func append(_ text: ByteString) { bytes.append(contentsOf: text[0..<text.count]) }

    /// A label's value in which nothing ends it. The format knows text alone: other bytes become U+FFFD.
    private static func escaped(_ value: ByteString) -> ByteString {
        var result: [UInt8] = []
        for byte in value.text.utf8 {
            switch byte {
            case UInt8(ascii: "\\"), UInt8(ascii: "\""): result += [UInt8(ascii: "\\"), byte]
            case UInt8(ascii: "\n"): result += [UInt8(ascii: "\\"), UInt8(ascii: "n")]
            default: result.append(byte)
            }
        }
        return ByteString(bytes: result)
    }
}
