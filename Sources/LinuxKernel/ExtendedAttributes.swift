import ByteStrings
import CLinuxKernel

/// Sets an extended attribute of what `path` leads to. See setxattr(2).
package func setExtendedAttribute(_ name: ByteString, _ value: [UInt8], of path: Path) throws(Errno) {
    try check(
        value.withUnsafeBytes { value in
            path.withCString { path in
                name.withCString { linux_setxattr(path, $0, value.baseAddress, value.count) }
            }
        })
}

/// The names of the extended attributes of what `path` leads to; none where the file system has no such thing.
package func extendedAttributes(of path: Path) throws(Errno) -> [ByteString] {
    do throws(Errno) {
        let size = try check(path.withCString { linux_listxattr($0, nil, 0) })
        guard size > 0 else { return [] }
        var names = [UInt8](repeating: 0, count: size)
        let count = try check(
            names.withUnsafeMutableBytes { buffer in
                path.withCString {
                    linux_listxattr($0, buffer.baseAddress?.assumingMemoryBound(to: CChar.self), size)
                }
            })
        return names.prefix(count).split(separator: 0).map { ByteString(bytes: $0) }
    } catch .notSupported {
        return []
    }
}

/// An extended attribute of what `path` leads to; nil when it is gone. See getxattr(2).
package func extendedAttribute(_ name: ByteString, of path: Path) throws(Errno) -> [UInt8]? {
    do throws(Errno) {
        let size = try check(path.withCString { path in name.withCString { linux_getxattr(path, $0, nil, 0) } })
        var value = [UInt8](repeating: 0, count: size)
        let count = try check(
            value.withUnsafeMutableBytes { value in
                path.withCString { path in name.withCString { linux_getxattr(path, $0, value.baseAddress, size) } }
            })
        return Array(value.prefix(count))
    } catch .noData {
        return nil
    }
}

/// A short extended attribute of what is at `path`, be it a link; nil if there is none of that name. See lgetxattr(2).
///
/// - Parameter limit: a longer value is `ERANGE`.
package func extendedAttribute(
    _ name: StaticString, at path: Path, limit: Int = 1024
) throws(Errno) -> [UInt8]? {
    try shortAttribute(limit) { buffer in path.withCString { linux_lgetxattr($0, name.pointer, buffer, limit) } }
}

extension FileDescriptor {
    /// A short extended attribute of the open file; nil if there is none of that name. See fgetxattr(2).
    ///
    /// - Parameter limit: a longer value is `ERANGE`.
    package func extendedAttribute(_ name: StaticString, limit: Int = 1024) throws(Errno) -> [UInt8]? {
        try shortAttribute(limit) { linux_fgetxattr(raw, name.pointer, $0, limit) }
    }

    /// Sets an extended attribute of the open file. See fsetxattr(2).
    package func setExtendedAttribute(_ name: StaticString, _ value: [UInt8]) throws(Errno) {
        try check(value.withUnsafeBytes { linux_fsetxattr(raw, name.pointer, $0.baseAddress, $0.count) })
    }

    /// Removes an extended attribute of the open file. See fremovexattr(2).
    package func removeExtendedAttribute(_ name: StaticString) throws(Errno) {
        try check(linux_fremovexattr(raw, name.pointer))
    }
}

private func shortAttribute(
    _ limit: Int, _ call: (UnsafeMutableRawPointer?) -> Int
) throws(Errno) -> [UInt8]? {
    do throws(Errno) {
        return try filledBytes(upTo: limit) { call($0) }
    } catch .noData {
        return nil
    }
}

extension StaticString {
    /// The name as a C string: a literal ends with a NUL.
    fileprivate var pointer: UnsafePointer<CChar> { UnsafeRawPointer(utf8Start).assumingMemoryBound(to: CChar.self) }
}
