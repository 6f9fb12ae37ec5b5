import ByteStrings
import Foundation
import LinuxKernel
import RuntimeSpec
import Testing

@testable import ContainerInit
@testable import ContainerPlan
@testable import ContainerRuntime
@testable import ContainerSteps

@Suite struct CRIUMessageTests {
    // MARK: Responses, as CRIU 3.17.1 has sent them

    private static func bytes(_ digits: String) -> [UInt8] {
        var bytes: [UInt8] = []
        var rest = Substring(digits)
        while !rest.isEmpty {
            bytes.append(UInt8(rest.prefix(2), radix: 16) ?? 0)
            rest = rest.dropFirst(2)
        }
        return bytes
    }

    private static let version = bytes("080a10015206080310112001")
    private static let preDump = bytes("080610012a0a0a087072652d64756d70")
    private static let failure = bytes(
        "080110001a02080038034a544572726f722028636f6d70656c2f7372632f6c69622f696e666563742e633a333536293a20556e61626c65"
            + "20746f206465746163682066726f6d20313034383537353a204e6f20737563682070726f636573730a")

    @Test func aVersion() throws {
        let response = try CRIUResponse(Self.version)
        #expect(response.kind == .version && response.success)
        #expect(response.version?.number == 31_701)
    }

    @Test func versionsOfCommits() throws {
        // 3.17.1 and a commit: what comes next.
        var writer = ProtobufWriter()
        writer.field(1, Int32(3))
        writer.field(2, Int32(17))
        writer.field(3, "v3.17.1-12-gabc" as ByteString)
        writer.field(4, Int32(1))
        #expect(try CRIUVersion(writer.bytes[...]).number == 31_800)
    }

    @Test func features() throws {
        let response = try CRIUResponse(Self.bytes("080910014206080110011800"))
        #expect(response.features == CRIUFeatures(memTrack: true, lazyPages: true))
    }

    @Test func aNotification() throws {
        let response = try CRIUResponse(Self.preDump)
        #expect(response.kind == .notify && response.success)
        #expect(response.notification?.script == "pre-dump")
        #expect(response.notification?.pid == nil)
    }

    @Test func aFailure() throws {
        let response = try CRIUResponse(Self.failure)
        #expect(response.kind == .dump && !response.success && response.errno == 3)
        #expect(
            response.errorMessage
                == "Error (compel/src/lib/infect.c:356): Unable to detach from 1048575: No such process\n")
    }

    @Test func aRestoredProcess() throws {
        #expect(try CRIUResponse(Self.bytes("08021001220308ac02")).restoredPID == 300)
    }

    @Test func aKindOfLater() throws {
        let response = try CRIUResponse([0x08, 0x63, 0x10, 0x01])
        #expect(response.kind == nil && response.kindName == "99")
    }

    /// A message that is cut anywhere is an error, or has lost fields that need not be there.
    @Test(arguments: [version, preDump, failure])
    func cutMessages(_ bytes: [UInt8]) {
        for count in 0..<4 {
            #expect(throws: ProtobufReader.Failure.self) { try CRIUResponse(Array(bytes.prefix(count))) }
        }
        for count in 4..<bytes.count { _ = try? CRIUResponse(Array(bytes.prefix(count))) }
    }

    @Test(arguments: [
        ([0x10, 0x01], ProtobufReader.Failure.missing(field: 1)), ([0x08, 0x01], .missing(field: 2)),
        ([0x0a, 0x01, 0x01, 0x10, 0x01], .wrongKind(field: 1)),
        ([0x08, 0x06, 0x10, 0x01, 0x28, 0x01], .wrongKind(field: 5)),
    ])
    func malformedMessages(_ bytes: [UInt8], _ failure: ProtobufReader.Failure) {
        #expect(throws: failure) { try CRIUResponse(bytes) }
    }

    // MARK: Requests

    @Test func anAnswer() {
        #expect(CRIURequest.answer(true).encoded == [0x08, 0x06, 0x18, 0x01])
        #expect(CRIURequest.answer(false).encoded == [0x08, 0x06, 0x18, 0x00])
    }

    /// What is not set is not sent.
    @Test func theLeastOptions() {
        #expect(
            CRIURequest(.dump, CRIUOptions(imagesDirectory: DescriptorNumber(rawValue: 7))).encoded == [
                0x08, 0x01, 0x12, 0x02, 0x08, 0x07,
            ])
    }

    private static var allOptions: CRIUOptions {
        var options = CRIUOptions(imagesDirectory: DescriptorNumber(rawValue: 7))
        options.pid = 4242
        options.leaveRunning = true
        options.externalUnixSockets = false
        options.tcpEstablished = true
        options.evasiveDevices = true
        options.shellJob = false
        options.fileLocks = true
        options.logLevel = 4
        options.logFile = "dump.log"
        options.pageServer = CRIUOptions.PageServer(address: "::1", port: 27)
        options.notifyScripts = true
        options.root = "/run/x/criu-root"
        options.parentImages = "../one"
        options.trackMemory = true
        options.autoDedup = false
        options.workDirectory = DescriptorNumber(rawValue: 8)
        options.linkRemap = true
        options.externalMounts = [CRIUOptions.ExternalMount(key: "/a b", value: "/c")]
        options.managesCgroups = true
        options.cgroupRoots = [CRIUOptions.CgroupRoot(controller: "", path: "/x")]
        options.restoresSibling = true
        options.inheritedDescriptors = [CRIUOptions.InheritedDescriptor(key: "pipe:[5]", number: 1)]
        options.cgroupMode = .strict
        options.external = ["net[4026532000]:extRootNetNS"]
        options.emptyNamespaces = 0x4000_0000
        options.joinedNamespaces = [CRIUOptions.JoinedNamespace(kind: "ipc", file: "/proc/5/ns/ipc")]
        options.freezeCgroup = "/sys/fs/cgroup/x"
        options.tcpSkipInFlight = true
        options.lazyPages = true
        options.statusDescriptor = -1
        options.orphanTerminalMaster = true
        options.configurationFile = "/etc/criu/runc.conf"
        options.lsmProfile = "apparmor:x"
        options.lsmMountContext = "ctx"
        return options
    }

    private static let definition = "/usr/include/criu/rpc.proto"
    private static let compiler = "/usr/bin/protoc"

    /// CRIU's own definition gives each option the name and the value that were meant.
    @Test(
        .enabled(
            if: FileManager.default.fileExists(atPath: definition) && FileManager.default.fileExists(atPath: compiler),
            "needs protoc and CRIU's rpc.proto"))
    func requestsAsOthersReadThem() throws {
        let process = Foundation.Process()
        process.executableURL = URL(fileURLWithPath: Self.compiler)
        process.arguments = ["--proto_path=/usr/include/criu", "--decode=criu_req", Self.definition]
        let (input, output) = (Pipe(), Pipe())
        process.standardInput = input
        process.standardOutput = output
        try process.run()
        try input.fileHandleForWriting.write(contentsOf: Data(CRIURequest(.dump, Self.allOptions).encoded))
        try input.fileHandleForWriting.close()
        let text = String(decoding: try output.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
        let lines = text.split(separator: "\n").map { $0.drop { $0 == " " } }
        #expect(
            lines == [
                "type: DUMP", "opts {", "images_dir_fd: 7", "pid: 4242", "leave_running: true", "ext_unix_sk: false",
                "tcp_established: true", "evasive_devices: true", "shell_job: false", "file_locks: true",
                "log_level: 4",
                "log_file: \"dump.log\"", "ps {", "address: \"::1\"", "port: 27", "}", "notify_scripts: true",
                "root: \"/run/x/criu-root\"", "parent_img: \"../one\"", "track_mem: true", "auto_dedup: false",
                "work_dir_fd: 8", "link_remap: true", "ext_mnt {", "key: \"/a b\"", "val: \"/c\"", "}",
                "manage_cgroups: true", "cg_root {", "ctrl: \"\"", "path: \"/x\"", "}", "rst_sibling: true",
                "inherit_fd {", "key: \"pipe:[5]\"", "fd: 1", "}", "manage_cgroups_mode: STRICT",
                "external: \"net[4026532000]:extRootNetNS\"", "empty_ns: 1073741824", "join_ns {", "ns: \"ipc\"",
                "ns_file: \"/proc/5/ns/ipc\"", "}", "freeze_cgroup: \"/sys/fs/cgroup/x\"", "tcp_skip_in_flight: true",
                "lazy_pages: true", "status_fd: -1", "orphan_pts_master: true",
                "config_file: \"/etc/criu/runc.conf\"", "lsm_profile: \"apparmor:x\"", "lsm_mount_context: \"ctx\"",
                "}",
            ])
    }

    @Test func theConfigurationOfCRIU() {
        #expect(CRIUOptions.configurationFile(of: [:]) == "/etc/criu/runc.conf")
        #expect(CRIUOptions.configurationFile(of: ["org.criu.config": "/etc/x.conf"]) == "/etc/x.conf")
        #expect(CRIUOptions.configurationFile(of: ["org.criu.config": ""]) == nil)
    }

    // MARK: The names of the standard streams

    @Test func descriptors() throws {
        let text = "[\"/dev/null\",\"pipe:[1]\",\"pipe:[2]\",\"x\"]"
        #expect(try ImageDirectories.descriptors(Array(text.utf8)) == ["/dev/null", "pipe:[1]", "pipe:[2]"])
        #expect(try ImageDirectories.descriptors(Array("null".utf8)) == [])
        #expect(try ImageDirectories.descriptors(Array("[1,null,[\"a\"]]".utf8)) == [])
        for text in ["", "{}", "[", "[\"a\"", "[\"a\"] x", "5"] {
            #expect(throws: (any Error).self) { try ImageDirectories.descriptors(Array(text.utf8)) }
        }
    }
}
