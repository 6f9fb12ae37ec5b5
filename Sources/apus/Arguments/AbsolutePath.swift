import Linux

/// `path` from the root of the file system, without `.`, `..` and doubled slashes.
func absolutePath(_ path: String) throws(CommandError) -> String {
    if path.utf8.first == UInt8(ascii: "/") { return cleanedPath(path) }
    do throws(Errno) {
        let folder: String = try currentDirectory()
        return cleanedPath(folder + "/" + path)
    } catch {
        throw CommandError("getwd: " + error.message)
    }
}

/// An absolute path without `.`, `..` and doubled slashes, by its text alone.
func cleanedPath(_ path: String) -> String {
    let slash = UInt8(ascii: "/")
    let dot = UInt8(ascii: ".")
    var cleaned: [UInt8] = []
    cleaned.reserveCapacity(path.utf8.count)
    for component in path.utf8.split(separator: slash) {
        if component.elementsEqual(CollectionOfOne(dot)) { continue }
        if component.count == 2, component.allSatisfy({ $0 == dot }) {
            while let last = cleaned.popLast(), last != slash {}
            continue
        }
        cleaned.append(slash)
        cleaned += component
    }
    return cleaned.isEmpty ? "/" : String(decoding: cleaned, as: UTF8.self)
}
