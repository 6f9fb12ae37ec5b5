import ByteStrings
import LinuxKernel

/// The comma-separated options that a file system gets.
package enum MountData {
    /// The flags of mount(2) that belong to a file system, by the names of fsconfig(2).
    package static let superblockFlags: [(flag: MountFlags, name: ByteString)] = [
        (.readOnly, "ro"), (.synchronous, "sync"), (.directorySynchronous, "dirsync"), (.lazyTime, "lazytime"),
        (.mandatoryLocks, "mand"), (.posixACL, "posixacl"), (.inodeVersion, "iversion"),
    ]

    /// One option.
    package struct Option: Equatable {
        package var key: ByteString
        package var value: ByteString?
    }

    private static let equals = UInt8(ascii: "=")
    private static let quote = UInt8(ascii: "\"")

    /// The options in `data`; quotes protect commas and are taken off.
    package static func options(_ data: ByteString) -> [Option] {
        parts(data).map { part in
            guard let place = part.firstIndex(of: equals) else { return Option(key: part) }
            var value = part[(place + 1)...]
            if value.count >= 2, value.first == quote, value.last == quote { value = value.dropFirst().dropLast() }
            return Option(key: ByteString(bytes: part[..<place]), value: ByteString(bytes: value))
        }
    }

    private static func parts(_ data: ByteString) -> [ByteString] {
        var parts: [ByteString] = []
        var start = 0
        var isQuoted = false
        for index in data.indices {
            switch data[index] {
            case quote:
                isQuoted.toggle()
            case UInt8(ascii: ",") where !isQuoted:
                if start < index { parts.append(ByteString(bytes: data[start..<index])) }
                start = index + 1
            default:
                break
            }
        }
        if start < data.endIndex { parts.append(ByteString(bytes: data[start...])) }
        return parts
    }

    private static func sets(_ key: ByteString, _ part: ByteString) -> Bool {
        part.hasPrefix(key) && (part.count == key.count || part[key.count] == equals)
    }

    private static func joined(_ parts: [ByteString], _ separator: UInt8) -> ByteString {
        ByteString(bytes: Array(parts.map(\.bytes).joined(separator: [separator])))
    }

    /// True when `data` sets `key`.
    package static func names(_ key: ByteString, in data: ByteString) -> Bool {
        !data.isEmpty && parts(data).contains { sets(key, $0) }
    }

    /// `data` without the settings of `key`.
    package static func removing(_ key: ByteString, from data: ByteString) -> ByteString {
        joined(parts(data).filter { !sets(key, $0) }, UInt8(ascii: ","))
    }

    /// The options of an overlay with the directories that are given relative to `directory` made absolute.
    package static func overlay(_ data: ByteString, below directory: Path) -> ByteString {
        let keys: [ByteString] = ["lowerdir", "upperdir", "workdir"]
        let colon = UInt8(ascii: ":")
        let options = parts(data).map { part in
            guard let key = keys.first(where: { part.hasPrefix("\($0)=") }) else { return part }
            let value = part.dropping(first: key.count + 1)
            let directories = key == "lowerdir" ? value.parts(separatedBy: colon, keepingEmpty: true) : [value]
            // A colon that belongs to a name makes the path after it look relative: such paths stay as they are.
            guard !value.contains(UInt8(ascii: "\\")) else { return part }
            let absolute = directories.map { $0.isEmpty || $0.hasPrefix("/") ? $0 : "\(directory)/\($0)" }
            return "\(key)=\(joined(absolute, colon))"
        }
        return joined(options, UInt8(ascii: ","))
    }

    /// Sets an option. fsconfig(2) takes at most 255 bytes, so the layers of an overlay go one by one.
    package static func configure(
        _ context: borrowing FileDescriptor, _ key: ByteString, _ value: ByteString, type: ByteString
    ) throws(Errno) {
        guard value.count > 255, type == "overlay", key == "lowerdir" else {
            return try context.configure(key, value)
        }
        for layer in layers(value) { try context.configure("lowerdir+", layer) }
    }

    /// The directories of `lowerdir`, split at the colons that no backslash protects.
    package static func layers(_ value: ByteString) -> [ByteString] {
        var layers: [ByteString] = []
        var layer: [UInt8] = []
        var isEscaped = false
        for byte in value {
            if isEscaped {
                if byte != UInt8(ascii: ":") { layer.append(UInt8(ascii: "\\")) }
                layer.append(byte)
                isEscaped = false
            } else if byte == UInt8(ascii: "\\") {
                isEscaped = true
            } else if byte == UInt8(ascii: ":") {
                layers.append(ByteString(bytes: layer))
                layer = []
            } else {
                layer.append(byte)
            }
        }
        layers.append(ByteString(bytes: layer))
        return layers
    }

    /// What the file system says about a failure, in brackets; empty when it says nothing.
    package static func kernelMessage(of context: borrowing FileDescriptor) -> String {
        do throws(Errno) {
            let bytes = try context.read(count: 512)
            // Each message starts with a letter for its level and a space.
            let text = bytes.dropFirst(2).prefix { $0 != 10 }
            return text.isEmpty ? "" : " (" + ByteString(bytes: text).text + ")"
        } catch {
            return ""
        }
    }
}
