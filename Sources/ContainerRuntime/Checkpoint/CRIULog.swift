import ContainerInit
import ContainerPlan
import ContainerSteps
import LinuxKernel

/// The log that CRIU wrote, of which people need the lines with errors.
struct CRIULog {
    /// The open directory of the log.
    let directory: SharedDescriptor
    /// The directory as the caller named it.
    let path: Path
    let name: Path

    /// How many lines stand before one with an error.
    private static let context = 5
    /// More lines say nothing more.
    private static let mostLines = 60
    private static let longestLine = 1000
    private static let largest = 256 << 20

    /// Reports the lines with errors and those before them, and gives the one that
    /// CRIU failed for.
    func quoteErrors(_ report: @escaping WarningReport) -> ByteString? {
        var scan = Scan(path.appending(name), report)
        do throws(Errno) {
            let file = try FileDescriptor.open(
                name, at: directory.file, [.nonBlocking, .noControllingTerminal, .noFollow])
            guard try file.status().kind == .regular else { return nil }
            var (line, size): ([UInt8], Int) = ([], 0)
            while size < Self.largest {
                let part = try file.read(count: 65536)
                if part.isEmpty { break }
                size += part.count
                var rest = part[...]
                while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
                    line += rest[..<end].prefix(max(0, Self.longestLine - line.count))
                    scan.take(ByteString(bytes: line))
                    line = []
                    rest = rest[(end + 1)...]
                }
                line += rest.prefix(max(0, Self.longestLine - line.count))
            }
            if !line.isEmpty { scan.take(ByteString(bytes: line)) }
        } catch {
            report("open \(path.appending(name)): " + error.message)
        }
        scan.end()
        return scan.cause
    }

    /// Like `grep -n -B5 Error`.
    private struct Scan {
        private let path: Path
        private let report: WarningReport
        private var recent: [ByteString] = []
        private var number = 0
        private var reported = 0
        private var count = 0
        /// The first of the last errors that follow each other: what comes next says only who was told of it.
        private(set) var cause: ByteString?
        private var causeEnd = 0
        private var isCleaningUp = false

        init(_ path: Path, _ report: @escaping WarningReport) {
            self.path = path
            self.report = report
        }

        mutating func take(_ line: ByteString) {
            number += 1
            recent.append(line)
            if recent.count > context + 1 { recent.removeFirst() }
            if cause != nil, Self.startsCleanUp(line) { isCleaningUp = true }
            guard Self.contains(line, "Error") else { return }
            // What fails while CRIU undoes its work is not what made it fail.
            if !isCleaningUp {
                if cause == nil || number > causeEnd + 3 { cause = line }
                causeEnd = number
            }
            guard count < mostLines else { return }
            let first = number - recent.count + 1
            if reported == 0 {
                report("--- Quoting " + quoted(path))
            } else if first > reported + 1 {
                report("...")
            }
            for (index, line) in recent.enumerated() where first + index > reported && !line.isEmpty {
                report("\(first + index):" + oneLine(line.text))
                count += 1
            }
            reported = number
        }

        func end() { if reported > 0 { report("---") } }

        private static func startsCleanUp(_ line: ByteString) -> Bool {
            contains(line, "Unlock network") || contains(line, "Unfreezing tasks") || contains(line, "FAILED")
        }

        private static func contains(_ line: ByteString, _ word: StaticString) -> Bool {
            let word = ByteString(stringLiteral: word)
            var rest = line[0..<line.count]
            while let start = rest.firstIndex(of: word[0]) {
                if rest[start...].starts(with: word) { return true }
                rest = rest[(start + 1)...]
            }
            return false
        }
    }

    /// A failure of CRIU with the place of its log and the last error there.
    func explain(_ error: ContainerError, _ report: @escaping WarningReport) -> ContainerError {
        guard error.reason.utf8.starts(with: "criu failed".utf8) else { return error }
        var error = error
        let last = quoteErrors(report)?.text ?? error.remedy
        error.remedy = "see " + path.appending(name).text + (last.isEmpty ? "" : ": " + last)
        return error
    }
}
