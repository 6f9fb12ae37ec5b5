import ContainerInit
import ContainerPlan
import ContainerSteps

/// What CRIU is asked to do: the message `criu_req` of its rpc.proto. See criu.org, "RPC".
struct CRIURequest: Equatable, Sendable {
    var kind: CRIURequestKind
    var options: CRIUOptions?
    /// Whether what a notification asked for was done; for the kind `notify`.
    var notifySuccess: Bool?
    /// The features that are asked about; for the kind `featureCheck`.
    var features: CRIUFeatures?

    init(_ kind: CRIURequestKind, _ options: CRIUOptions? = nil) {
        self.kind = kind
        self.options = options
    }

    /// The answer to a notification.
    static func answer(_ success: Bool) -> CRIURequest {
        var request = CRIURequest(.notify)
        request.notifySuccess = success
        return request
    }

    /// The question whether CRIU and the kernel have these features.
    static func check(_ features: CRIUFeatures) -> CRIURequest {
        var request = CRIURequest(.featureCheck)
        request.features = features
        return request
    }

    var encoded: [UInt8] {
        var writer = ProtobufWriter()
        writer.field(1, kind.rawValue)
        if let options { writer.message(2, options.encode) }
        writer.field(3, notifySuccess)
        if let features { writer.message(5, features.encode) }
        return writer.bytes
    }
}

/// The kinds of requests, and of the responses to them: `criu_req_type`.
enum CRIURequestKind: UInt64, Sendable, CaseIterable {
    case empty = 0
    case dump = 1
    case restore = 2
    case check = 3
    case preDump = 4
    case pageServer = 5
    case notify = 6
    case cpuinfoDump = 7
    case cpuinfoCheck = 8
    case featureCheck = 9
    case version = 10
    case waitPID = 11
    case pageServerChild = 12
    case singlePreDump = 13

    /// The name in CRIU's definition, which messages give.
    var name: StaticString {
        switch self {
        case .empty: "EMPTY"
        case .dump: "DUMP"
        case .restore: "RESTORE"
        case .check: "CHECK"
        case .preDump: "PRE_DUMP"
        case .pageServer: "PAGE_SERVER"
        case .notify: "NOTIFY"
        case .cpuinfoDump: "CPUINFO_DUMP"
        case .cpuinfoCheck: "CPUINFO_CHECK"
        case .featureCheck: "FEATURE_CHECK"
        case .version: "VERSION"
        case .waitPID: "WAIT_PID"
        case .pageServerChild: "PAGE_SERVER_CHLD"
        case .singlePreDump: "SINGLE_PRE_DUMP"
        }
    }
}

/// How CRIU treats the cgroups of the processes: `criu_cg_mode`.
enum CRIUCgroupMode: UInt64, Sendable, CaseIterable {
    case ignore = 0
    case none = 1
    case props = 2
    case soft = 3
    case full = 4
    case strict = 5
    case usual = 6
}

/// What CRIU can do only with some kernels: `criu_features`.
struct CRIUFeatures: Equatable, Sendable {
    /// Pages that were written since the last dump are known.
    var memTrack: Bool?
    /// Pages are restored when they are touched.
    var lazyPages: Bool?

    func encode(_ writer: inout ProtobufWriter) {
        writer.field(1, memTrack)
        writer.field(2, lazyPages)
    }

    init(memTrack: Bool? = nil, lazyPages: Bool? = nil) {
        self.memTrack = memTrack
        self.lazyPages = lazyPages
    }

    init(_ bytes: ArraySlice<UInt8>) throws(ProtobufReader.Failure) {
        var reader = ProtobufReader(bytes)
        while let field = try reader.next() {
            switch field.number {
            case 1: memTrack = try field.bool()
            case 2: lazyPages = try field.bool()
            default: continue
            }
        }
    }
}
