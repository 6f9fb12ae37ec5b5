import ContainerInit
import ContainerPlan
import ContainerSteps
import LinuxKernel

/// One process of CRIU that serves one request. See criu.org, "RPC".
///
/// It is started as `criu swrk 3` with one end of a pair of sockets as its descriptor 3 and has no other descriptors but those
/// that it is handed. CRIU opens the directories of the images and the logs through the descriptors of the process that asks, so
/// those stay open while it works.
final class CRIUService {
    private let process: ProcessHandle
    private let socket: FileDescriptor
    private var isReaped = false

    /// How the process is started.
    struct Launch: ~Copyable {
        /// What becomes its standard streams; nil for the null device.
        var streams: [DescriptorNumber]?
        /// Becomes its descriptors from 4 on.
        var inherited = DescriptorList()
        /// The cgroup v2 directory that it starts in.
        var cgroup: SharedDescriptor?
        /// The `tasks` files of the version 1 cgroups that it joins.
        var tasks = DescriptorList()
        /// Binds a directory on another in a mount namespace of its own.
        var bind: (directory: Path, place: Path)?
    }

    /// The number that the first inherited descriptor has in CRIU, behind its streams and its socket.
    static let firstInherited: Int32 = 4

    /// Takes a message of CRIU: its name, the process that it is about, a descriptor that came along.
    typealias Notified = (CRIUResponse.Notification, consuming FileDescriptor?) throws(ContainerError) -> Void

    init(_ launch: consuming Launch = Launch()) throws(ContainerError) {
        guard let path = HostProgram.find("criu") else {
            throw ContainerError(
                .notSupported, reason: "exec: \"criu\": executable file not found in $PATH",
                remedy: "install CRIU: the package criu")
        }
        let pair = try attempt("socketpair") { () throws(Errno) in try SocketPair() }
        let null = try attempt("open", "/dev/null") { () throws(Errno) in
            try FileDescriptor.open("/dev/null", .readWrite)
        }
        let streams = launch.streams ?? [null.number, null.number, null.number]
        var request = ServiceRequest(
            path, arguments: ["criu", "swrk", "3"],
            descriptors: streams + [pair.second.number] + launch.inherited.numbers)
        request.cgroup = launch.cgroup?.file.number
        request.tasks = launch.tasks.numbers
        request.bind = launch.bind
        do throws(ServiceFailure) {
            process = try startService(request)
        } catch {
            switch error.step {
            case .execute: throw ContainerError(errno: error.errno, reason: "fork/exec \(path)")
            case .mount:
                throw ContainerError(
                    errno: error.errno, reason: "bind \(launch.bind?.directory ?? "") in a mount namespace for CRIU")
            case .prepare: throw ContainerError(errno: error.errno, reason: "unable to start CRIU")
            }
        }
        socket = pair.takeFirst()
    }

    deinit { kill() }

    /// The number of the process.
    var pid: Int32 { process.pid }

    /// Ends the process, if it has not ended.
    func kill() {
        guard !isReaped else { return }
        isReaped = true
        do throws(Errno) {
            try process.send(signal: SignalNumber.kill)
            _ = try process.reap()
        } catch {
            // Reaped by somebody else: it does not run.
        }
    }

    /// Asks, serves what CRIU has to say meanwhile, and gives its last word, which is a success.
    ///
    /// A failure of `notified` is told to CRIU, which then undoes what it did; that failure is the one that is thrown.
    ///
    /// - Parameter answered: called when CRIU has said anything for the first time.
    func perform(
        _ request: CRIURequest, answered: () -> Void = {}, notified: Notified = { (_, _) throws(ContainerError) in }
    ) throws(ContainerError) -> CRIUResponse {
        var failure: ContainerError?
        do throws(ContainerError) {
            try tell(request)
            var isFirst = true
            while true {
                var received = try attempt("recvmsg", "CRIU") { () throws(Errno) in
                    try socket.receive(capacity: Self.largestMessage)
                }
                if isFirst { answered() }
                isFirst = false
                guard received != nil, let bytes = received?.bytes else {
                    throw ContainerError(reason: "criu failed: unexpected EOF" + endText())
                }
                let response = try Self.response(bytes)
                guard response.kind == .notify, response.success else {
                    try finish(response, to: request, failure)
                    return response
                }
                guard let notification = response.notification else {
                    throw ContainerError(reason: "criu failed: a notification without a name")
                }
                do throws(ContainerError) {
                    try notified(notification, received?.takeDescriptor())
                    try tell(.answer(true))
                } catch {
                    if failure == nil { failure = error }
                    try tell(.answer(false))
                }
            }
        } catch {
            throw failure ?? error
        }
    }

    /// More than any message of CRIU has: one that fills it was cut.
    private static let largestMessage = 65536

    private static func response(_ bytes: [UInt8]) throws(ContainerError) -> CRIUResponse {
        guard bytes.count < largestMessage else {
            throw ContainerError(reason: "criu failed: a response of more than \(largestMessage - 1) bytes")
        }
        do throws(ProtobufReader.Failure) {
            return try CRIUResponse(bytes)
        } catch {
            throw ContainerError(reason: "criu failed: a response that cannot be read (\(error))")
        }
    }

    private func tell(_ request: CRIURequest) throws(ContainerError) {
        do throws(Errno) {
            try socket.send(request.encoded)
        } catch .brokenPipe {
            // It has ended; what it said last is still to be read.
        } catch {
            throw ContainerError(operation: "sendmsg", subject: "CRIU", errno: error)
        }
    }

    private func finish(
        _ response: CRIUResponse, to request: CRIURequest, _ failure: ContainerError?
    ) throws(ContainerError) {
        if let failure { throw failure }
        guard response.success else {
            throw ContainerError(
                reason: "criu failed: type \(response.kindName) errno \(response.errno)",
                remedy: response.errorMessage.map { $0.text.replacingLineFeeds } ?? "")
        }
        guard response.kind == request.kind else {
            throw ContainerError(reason: "criu failed: a response of the kind \(response.kindName)")
        }
        let status = try attempt("wait", "CRIU") { () throws(Errno) in
            try socket.endSending()
            return try process.reap()
        }
        isReaped = true
        // After a pre-dump it waits for the dump that follows, which comes to another process.
        guard status == .exited(0) || request.kind == .preDump else {
            throw ContainerError(reason: "criu failed: " + Self.text(of: status))
        }
    }

    /// How CRIU ended, for the error that it ended too early.
    private func endText() -> String {
        do throws(Errno) {
            guard !isReaped, try process.waitForEnd(milliseconds: 10_000) else { return "" }
            isReaped = true
            return " (" + Self.text(of: try process.reap()) + ")"
        } catch {
            return ""
        }
    }

    private static func text(of status: ProcessStatus) -> String {
        switch status {
        case .exited(let code): "exit status \(code)"
        case .killed(let signal): "signal: " + SignalNumber.description(of: signal)
        }
    }
}

/// What is known of the CRIU of this host.
struct CRIUProgram {
    let version: Int

    /// Asks it for its release.
    ///
    /// - Throws: when there is none, or when it is older than what a runtime needs.
    init() throws(ContainerError) {
        do throws(ContainerError) {
            let response = try CRIUService().perform(CRIURequest(.version))
            guard let found = response.version else {
                throw ContainerError(reason: "criu failed: a response without a version")
            }
            version = found.number
        } catch {
            var error = error
            error.context = "CRIU version check failed: "
            throw error
        }
        // The question for the version is as old.
        guard version >= 30_000 else {
            throw ContainerError(.notSupported, exactly: "CRIU version \(version) must be 30000 or higher")
        }
    }

    /// Throws unless CRIU and the kernel have all of the features.
    func check(_ features: CRIUFeatures) throws(ContainerError) {
        let response: CRIUResponse
        do throws(ContainerError) {
            response = try CRIUService().perform(.check(features))
        } catch {
            var error = error
            error.context = "CRIU feature check failed: "
            throw error
        }
        var missing: [String] = []
        // What an old CRIU does not know it does not mention; then the work itself shows whether it is there.
        if features.memTrack == true, response.features?.memTrack == false { missing.append("MemTrack") }
        if features.lazyPages == true, response.features?.lazyPages == false { missing.append("LazyPages") }
        guard missing.isEmpty else {
            throw ContainerError(
                .notSupported, exactly: "criu is missing features: [" + missing.joined(separator: " ") + "]")
        }
    }
}
