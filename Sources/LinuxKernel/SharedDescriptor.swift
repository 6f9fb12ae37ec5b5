/// An open file descriptor that several hold, closed when the last of them goes away.
///
/// Move-only values cannot be elements of an array, nor be lent by what holds one perhaps.
package final class SharedDescriptor: Sendable {
    package let file: FileDescriptor

    package init(_ file: consuming FileDescriptor) { self.file = file }

    /// Where relative paths start that start nowhere else.
    package static var workingDirectory: SharedDescriptor { SharedDescriptor(.workingDirectory) }

    /// Holds a descriptor, if there is one.
    package convenience init?(ifPresent file: consuming FileDescriptor?) {
        guard let file else { return nil }
        self.init(file)
    }
}
