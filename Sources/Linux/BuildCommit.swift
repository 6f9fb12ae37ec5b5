import CLinux

/// The commit this program was built from; nil when the build did not say, as with plain `swift build`.
package var buildCommit: String? {
    let text = UnsafeRawPointer(build_commit()).assumingMemoryBound(to: UInt8.self)
    let bytes = UnsafeBufferPointer(start: text, count: 52).prefix { $0 != UInt8(ascii: " ") }
    return bytes.isEmpty ? nil : String(decoding: bytes, as: UTF8.self)
}
