import ByteStrings
import LinuxKernel

/// The mark that says whose a cgroup is: an extended attribute of its directory, which goes away with it.
///
/// A path says nothing about that. Two containers can name the same one, a cgroup can be removed and made again by
/// somebody else, and in other hierarchies the same path may have served others all along. The mark is written when the
/// cgroup is made or, empty, taken over; what does not bear it is neither killed nor removed.
package struct CgroupMark: Hashable, Sendable {
    /// The container's id, a blank, what no other container's mark has, a blank, and the pid namespace of the runtime.
    private let value: ByteString
    /// Whether any mark of the container's id will do.
    private let isPrefix: Bool

    private init(_ value: ByteString, isPrefix: Bool) {
        self.value = value
        self.isPrefix = isPrefix
    }

    /// Makes the mark of a new container.
    package init(id: String) {
        // No two processes of one namespace have the same number at the same nanosecond.
        self.init("\(id) \(monotonicNanoseconds())-\(processIdentifier) \(Self.ownNamespace)", isPrefix: false)
    }

    /// Makes the mark of its text in the state file; nil where there is none.
    package init?(recorded text: ByteString) {
        guard !text.isEmpty else { return nil }
        self.init(text, isPrefix: false)
    }

    /// What any mark of a container with this id matches; for a container whose state is lost.
    package static func any(of id: String) -> CgroupMark { CgroupMark("\(id) ", isPrefix: true) }

    /// The mark as the state file records it.
    package var text: ByteString { value }

    /// The bytes on a directory.
    var bytes: [UInt8] { value.bytes }

    /// Whether what stands on a directory is this mark.
    func matches(_ found: [UInt8]) -> Bool {
        isPrefix ? found.starts(with: value) : found.elementsEqual(value)
    }

    /// The id of the container whose mark was found, for people.
    static func holder(of found: [UInt8]) -> String {
        ByteString(bytes: found.prefix { $0 != UInt8(ascii: " ") }).text
    }

    /// Whether a mark was made by a runtime in this pid namespace. What runtimes inside a container make is the
    /// container's own.
    static func isFromOwnNamespace(_ found: [UInt8]) -> Bool {
        guard let blank = found.lastIndex(of: UInt8(ascii: " ")) else { return true }
        return found[(blank + 1)...].elementsEqual(ownNamespace)
    }

    private static let ownNamespace: ByteString = {
        do throws(Errno) {
            return "\(try fileStatus("/proc/self/ns/pid").inode)"
        } catch {
            return "0"  // Without procfs all runtimes count as one.
        }
    }()
}

extension CgroupMark {
    /// Where a mark is written.
    package enum Place: Hashable, Sendable {
        /// Only privileged processes of the host can read and write it, so no container changes its own.
        case trusted
        /// For runtimes without that privilege; the owner of the directory can change it.
        case user

        var attribute: StaticString {
            switch self {
            case .trusted: "trusted.apus.container"
            case .user: "user.apus.container"
            }
        }
    }

    /// Writes the mark on an open directory; nil where that is not possible.
    func write(to directory: borrowing FileDescriptor) -> Place? {
        for place in [Place.trusted, .user] {
            do throws(Errno) {
                try directory.setExtendedAttribute(place.attribute, bytes)
                return place
            } catch {
                // Without the privilege, or on a kernel without the attribute, the next way.
                continue
            }
        }
        return nil
    }
}

/// Whose a cgroup is.
package enum CgroupOwner: Hashable, Sendable {
    /// The container's, by a mark in that place, or by what the state file records where no mark can be.
    case own(CgroupMark.Place?)
    /// That of the container whose mark is there.
    case another([UInt8])
    /// Nobody has marked it.
    case nobody
}
