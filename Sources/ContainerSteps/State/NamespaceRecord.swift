import ByteStrings
import ContainerInit
import RuntimeSpec
import StrictJSON

/// A namespace that the container has to itself or joined: then with the path it was joined by.
package struct NamespaceRecord: StateObject {
    package var type = NamespaceType.pid
    package var path = Path()

    package init() {}

    package init(type: NamespaceType, path: Path) {
        self.type = type
        self.path = path
    }

    package mutating func members<Visitor: StateVisitor & ~Copyable>(_ visitor: inout Visitor) throws(Visitor.Failure) {
        try visitor.member("type", &type, .always)
        try visitor.member("path", &path)
    }
}

extension NamespaceType: StateValue {
    package static func read(_ reader: inout StateReader) throws(JSONSyntaxError) -> NamespaceType? {
        guard let name = try ByteString.read(&reader) else { return nil }
        return allCases.first { ByteString(stringLiteral: $0.recordName) == name }
    }

    package func write(_ writer: inout JSONWriter) { writer.string(ascii: recordName) }
    package var isOmitted: Bool { false }

    /// The name in runc's state file.
    package var recordName: StaticString {
        switch self {
        case .pid: "NEWPID"
        case .network: "NEWNET"
        case .mount: "NEWNS"
        case .ipc: "NEWIPC"
        case .uts: "NEWUTS"
        case .user: "NEWUSER"
        case .cgroup: "NEWCGROUP"
        case .time: "NEWTIME"
        }
    }

    /// The name of the file in /proc/PID/ns. See namespaces(7).
    package var fileName: StaticString {
        switch self {
        case .pid: "pid"
        case .network: "net"
        case .mount: "mnt"
        case .ipc: "ipc"
        case .uts: "uts"
        case .user: "user"
        case .cgroup: "cgroup"
        case .time: "time"
        }
    }
}
