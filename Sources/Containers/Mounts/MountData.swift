import Linux

/// The comma-separated options that a file system gets.
enum MountData {
    /// The flags of mount(2) that belong to a file system, by the names of fsconfig(2).
    static let superblockFlags: [(flag: MountFlags, name: String)] = [
        (.readOnly, "ro"), (.synchronous, "sync"), (.directorySynchronous, "dirsync"), (.lazyTime, "lazytime"),
        (.mandatoryLocks, "mand"), (.posixACL, "posixacl"), (.inodeVersion, "iversion"),
    ]

    /// One option.
    struct Option: Equatable {
        var key: String
        var value: String?
    }

    /// The options in `data`; quotes protect commas and are taken off.
    static func options(_ data: String) -> [Option] {
        var options: [Option] = []
        for text in parts(data) {
            let pair = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            var value = pair.count > 1 ? pair[1] : nil
            if let quoted = value, quoted.utf8.count >= 2, quoted.first == "\"", quoted.last == "\"" {
                value = quoted.dropFirst().dropLast()
            }
            options.append(Option(key: String(pair[0]), value: value.map { String($0) }))
        }
        return options
    }

    private static func parts(_ data: String) -> [Substring] {
        var parts: [Substring] = []
        var start = data.utf8.startIndex
        var isQuoted = false
        for index in data.utf8.indices {
            switch data.utf8[index] {
            case UInt8(ascii: "\""):
                isQuoted.toggle()
            case UInt8(ascii: ",") where !isQuoted:
                if start < index { parts.append(data[start..<index]) }
                start = data.utf8.index(after: index)
            default:
                break
            }
        }
        if start < data.utf8.endIndex { parts.append(data[start...]) }
        return parts
    }

    /// True when `data` sets `key`.
    static func names(_ key: String, in data: String) -> Bool {
        guard !data.isEmpty else { return false }
        return parts(data).contains { $0 == key || ($0.hasPrefix(key) && $0.dropFirst(key.count).first == "=") }
    }

    /// `data` without the settings of `key`.
    static func removing(_ key: String, from data: String) -> String {
        parts(data).filter { !($0 == key || ($0.hasPrefix(key) && $0.dropFirst(key.count).first == "=")) }
            .joined(separator: ",")
    }

    /// The options of an overlay with the folders that are given relative to `folder` made absolute.
    static func overlay(_ data: String, below folder: String) -> String {
        let keys = ["lowerdir", "upperdir", "workdir"]
        return parts(data).map { part in
            guard let key = keys.first(where: { part.hasPrefix($0 + "=") }) else { return String(part) }
            let value = part.dropFirst(key.count + 1)
            let folders = key == "lowerdir" ? value.split(separator: ":", omittingEmptySubsequences: false) : [value]
            // A colon that belongs to a name makes the path after it look relative: such paths stay as they are.
            guard !value.utf8.contains(UInt8(ascii: "\\")) else { return String(part) }
            let absolute = folders.map { $0.isEmpty || $0.hasPrefix("/") ? String($0) : folder + "/" + $0 }
            return key + "=" + absolute.joined(separator: ":")
        }.joined(separator: ",")
    }

    /// Sets an option. fsconfig(2) takes at most 255 bytes, so the layers of an overlay go one by one.
    static func configure(
        _ context: borrowing FileDescriptor, _ key: String, _ value: String, type: String
    ) throws(Errno) {
        guard value.utf8.count > 255, type == "overlay", key == "lowerdir" else {
            return try context.configure(key, value)
        }
        for layer in layers(value) { try context.configure("lowerdir+", layer) }
    }

    /// The folders of `lowerdir`, split at the colons that no backslash protects.
    static func layers(_ value: String) -> [String] {
        var layers: [String] = []
        var layer: [UInt8] = []
        var isEscaped = false
        for byte in value.utf8 {
            if isEscaped {
                if byte != UInt8(ascii: ":") { layer.append(UInt8(ascii: "\\")) }
                layer.append(byte)
                isEscaped = false
            } else if byte == UInt8(ascii: "\\") {
                isEscaped = true
            } else if byte == UInt8(ascii: ":") {
                layers.append(String(decoding: layer, as: UTF8.self))
                layer = []
            } else {
                layer.append(byte)
            }
        }
        layers.append(String(decoding: layer, as: UTF8.self))
        return layers
    }

    /// What the file system says about a failure, in brackets; empty when it says nothing.
    static func kernelMessage(of context: borrowing FileDescriptor) -> String {
        do throws(Errno) {
            let bytes = try read(context.raw, count: 512)
            // Each message starts with a letter for its level and a space.
            let text = bytes.dropFirst(2).prefix { $0 != 10 }
            return text.isEmpty ? "" : " (" + String(decoding: text, as: UTF8.self) + ")"
        } catch {
            return ""
        }
    }
}
