import LinuxKernel

/// The files of one open cgroup directory, read for their numbers.
///
/// A file that is missing is no error: controllers, kernels and settings differ in what they have.
package struct StatisticsFiles {
    /// The open directory.
    let directory: SharedDescriptor
    /// Its path, for messages.
    let path: Path

    /// Reads the files of an open directory.
    package init(directory: SharedDescriptor, path: Path) {
        self.directory = directory
        self.path = path
    }

    /// The whole file without its last newline; nil where there is none.
    func text(_ name: String) throws(CgroupError) -> ByteString? {
        do throws(Errno) {
            return try readKernelFile(Path(ByteString(name)), at: directory.file)
        } catch .noSuchFileOrDirectory {
            return nil
        } catch .notSupported {
            // Pressure that the kernel was not told to count, processes of a threaded cgroup.
            return nil
        } catch {
            throw CgroupError(operation: "read", path: path.text + "/" + name, errno: error)
        }
    }

    /// The number that is the whole file: `max` is the greatest one, what is negative counts as 0.
    func number(_ name: String) throws(CgroupError) -> UInt64? {
        guard let text = try text(name) else { return nil }
        return try number(text[0..<text.count], in: name)
    }

    /// The lines of the form `KEY VALUE`.
    func pairs(_ name: String) throws(CgroupError) -> [NamedNumber]? {
        guard let lines = try lines(name) else { return nil }
        var pairs: [NamedNumber] = []
        pairs.reserveCapacity(lines.count)
        for words in lines where words.count == 2 {
            pairs.append(NamedNumber(name: ByteString(bytes: words[0]), value: try number(words[1], in: name)))
        }
        return pairs
    }

    /// The words of each line.
    func lines(_ name: String) throws(CgroupError) -> [[ArraySlice<UInt8>]]? {
        guard let text = try text(name) else { return nil }
        return text.split(separator: UInt8(ascii: "\n")).map { $0.split(separator: UInt8(ascii: " ")) }
    }

    /// The number that some bytes of the file `name` are.
    func number(_ bytes: ArraySlice<UInt8>, in name: String) throws(CgroupError) -> UInt64 {
        guard let value = NamedNumber.value(of: bytes) else {
            throw CgroupError(
                path: path.text + "/" + name,
                reason: "no number: " + ByteString(bytes: bytes.prefix(64)).text + " in " + path.text + "/" + name)
        }
        return value
    }
}

/// A counter or a state of the kernel's, by the name that its file gives it.
package struct NamedNumber: Equatable, Sendable {
    package var name: ByteString
    package var value: UInt64

    package init(name: ByteString, value: UInt64) {
        self.name = name
        self.value = value
    }

    /// The number that bytes say: `max` is the greatest one, what is negative counts as 0, as in runc.
    static func value(of bytes: ArraySlice<UInt8>) -> UInt64? {
        if bytes.elementsEqual("max".utf8) { return .max }
        let isNegative = bytes.first == UInt8(ascii: "-")
        let digits = isNegative ? bytes.dropFirst() : bytes
        guard !digits.isEmpty else { return nil }
        var value: UInt64 = 0
        for digit in digits {
            guard digit >= 48, digit <= 57 else { return nil }
            let (product, tooBig) = value.multipliedReportingOverflow(by: 10)
            let (sum, tooFar) = product.addingReportingOverflow(UInt64(digit &- 48))
            if tooBig || tooFar { return nil }
            value = sum
        }
        return isNegative ? 0 : value
    }
}

extension [NamedNumber] {
    /// The value of a name; nil where there is none.
    package subscript(name: StaticString) -> UInt64? {
        first { pair in name.withUTF8Buffer { pair.name.elementsEqual($0) } }?.value
    }
}
