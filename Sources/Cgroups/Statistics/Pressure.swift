import LinuxKernel

/// How long the tasks of a cgroup have waited for a resource. See the kernel's Documentation/accounting/psi.rst.
package struct Pressure: Equatable, Sendable {
    /// One line of the file.
    package struct Share: Equatable, Sendable {
        /// The share of the last 10, 60 and 300 seconds, in hundredths of a per cent.
        package var average10: UInt64 = 0
        package var average60: UInt64 = 0
        package var average300: UInt64 = 0
        /// Microseconds.
        package var total: UInt64 = 0

        package init() {}
    }

    /// While at least one task waited.
    package var some = Share()
    /// While all of them did.
    package var full = Share()

    package init() {}

    /// Reads a file such as `cpu.pressure`; nil where the kernel does not count.
    init?(_ files: StatisticsFiles, _ name: String) throws(CgroupError) {
        guard let lines = try files.lines(name) else { return nil }
        for words in lines {
            guard let kind = words.first else { continue }
            var share = Share()
            for word in words.dropFirst() {
                let parts = word.split(separator: UInt8(ascii: "="))
                guard parts.count == 2 else { continue }
                if parts[0].elementsEqual("total".utf8) {
                    share.total = try files.number(parts[1], in: name)
                    continue
                }
                // Two decimals, always.
                let digits = parts[1].filter { $0 != UInt8(ascii: ".") }
                let value = try files.number(digits[...], in: name)
                if parts[0].elementsEqual("avg10".utf8) { share.average10 = value }
                if parts[0].elementsEqual("avg60".utf8) { share.average60 = value }
                if parts[0].elementsEqual("avg300".utf8) { share.average300 = value }
            }
            if kind.elementsEqual("some".utf8) { some = share }
            if kind.elementsEqual("full".utf8) { full = share }
        }
    }
}
