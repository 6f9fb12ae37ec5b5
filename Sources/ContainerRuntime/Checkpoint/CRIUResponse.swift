import ContainerInit
import ContainerPlan
import ContainerSteps

/// What CRIU says: the message `criu_resp` of its rpc.proto. What is not known in it is passed over.
struct CRIUResponse: Equatable, Sendable {
    /// The kind of request that it answers, or `notify`; nil for one that a later CRIU knows.
    var kind: CRIURequestKind?
    var kindNumber: UInt64
    var success: Bool
    /// The restored process.
    var restoredPID: Int32?
    var notification: Notification?
    var errno: Int32
    /// The reason of a failure, where CRIU gives one.
    var errorMessage: ByteString?
    var features: CRIUFeatures?
    var version: CRIUVersion?

    /// A moment that the process that asked may use: `criu_notify`.
    struct Notification: Equatable, Sendable {
        var script = ByteString()
        /// The first process of the container, once it is there.
        var pid: Int32?

        init(_ bytes: ArraySlice<UInt8>) throws(ProtobufReader.Failure) {
            var reader = ProtobufReader(bytes)
            while let field = try reader.next() {
                switch field.number {
                case 1: script = try field.string()
                case 2: pid = try field.int32()
                default: continue
                }
            }
        }
    }

    /// Reads a message; `type` and `success` must be there.
    init(_ bytes: [UInt8]) throws(ProtobufReader.Failure) {
        var reader = ProtobufReader(bytes[...])
        var kindNumber: UInt64?
        var success: Bool?
        errno = 0
        while let field = try reader.next() {
            switch field.number {
            case 1: kindNumber = try field.unsigned()
            case 2: success = try field.bool()
            case 4: restoredPID = try Self.pid(try field.bytes())
            case 5: notification = try Notification(try field.bytes())
            case 7: errno = try field.int32()
            case 8: features = try CRIUFeatures(try field.bytes())
            case 9: errorMessage = try field.string()
            case 10: version = try CRIUVersion(try field.bytes())
            default: continue
            }
        }
        guard let kindNumber else { throw .missing(field: 1) }
        guard let success else { throw .missing(field: 2) }
        self.kindNumber = kindNumber
        self.success = success
        kind = CRIURequestKind(rawValue: kindNumber)
    }

    /// The member of `criu_restore_resp`.
    private static func pid(_ bytes: ArraySlice<UInt8>) throws(ProtobufReader.Failure) -> Int32? {
        var reader = ProtobufReader(bytes)
        var pid: Int32?
        while let field = try reader.next() {
            if field.number == 1 { pid = try field.int32() }
        }
        return pid
    }

    /// The kind as messages give it.
    var kindName: String { kind?.name.description ?? String(kindNumber) }
}

/// The release of CRIU: `criu_version`.
struct CRIUVersion: Equatable, Sendable {
    var major: Int32 = 0
    var minor: Int32 = 0
    var sublevel: Int32 = 0
    /// Built from a commit behind the release.
    var isDevelopment = false

    init(_ bytes: ArraySlice<UInt8>) throws(ProtobufReader.Failure) {
        var reader = ProtobufReader(bytes)
        while let field = try reader.next() {
            switch field.number {
            case 1: major = try field.int32()
            case 2: minor = try field.int32()
            case 3: isDevelopment = try !field.bytes().isEmpty
            case 4: sublevel = try field.int32()
            default: continue
            }
        }
    }

    /// The release as one number, such as 31701 for 3.17.1. A build behind a release counts as the next minor one.
    var number: Int {
        let released = Int(major) * 10_000 + Int(minor) * 100
        return isDevelopment ? released + 100 : released + Int(sublevel)
    }
}
