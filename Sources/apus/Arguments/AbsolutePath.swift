import Linux

/// `path` from the root of the file system, without `.`, `..` and doubled slashes.
func absolutePath(_ path: String) throws(CommandError) -> String {
    if path.utf8.first == UInt8(ascii: "/") { return cleanedPath(path) }
    do throws(Errno) {
        return cleanedPath(try currentDirectory() + "/" + path)
    } catch {
        throw CommandError("getwd: " + error.message)
    }
}

/// An absolute path without `.`, `..` and doubled slashes, by its text alone.
func cleanedPath(_ path: String) -> String {
    var components: [Substring] = []
    for component in path.split(separator: "/") {
        switch component {
        case ".": continue
        case "..": _ = components.popLast()
        default: components.append(component)
        }
    }
    if components.isEmpty { return "/" }
    var text = ""
    for component in components {
        text += "/"
        text += component
    }
    return text
}
