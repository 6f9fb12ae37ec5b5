import Foundation
import RuntimeSpec
import Testing

@testable import apus

@Suite struct SpecCommandTests {
    private static func forThisHost(_ spec: Spec) -> Spec {
        FileManager.default.fileExists(atPath: "/sys/fs/cgroup/cgroup.controllers")
            ? spec.addingCgroupNamespace() : spec
    }

    @Test func theCgroupNamespaceOfUnifiedHosts() {
        func types(_ spec: Spec) -> [NamespaceType] { spec.linux?.namespaces.map(\.type) ?? [] }
        #expect(
            types(.defaultConfiguration.addingCgroupNamespace()) == [.pid, .network, .ipc, .uts, .mount, .cgroup])
        let rootless = Spec.rootlessConfiguration(user: 5, group: 5).addingCgroupNamespace()
        #expect(types(rootless) == [.pid, .ipc, .uts, .mount, .cgroup, .user])
    }

    @Test func writesTheDefaultConfiguration() throws {
        try withTemporaryDirectory { directory in
            let run = try Apus("spec", directory: directory)
            #expect(run.stdout == "")
            #expect(run.stderr == "")
            #expect(run.status == 0)
            let file = directory + "/config.json"
            let bytes = try [UInt8](Data(contentsOf: URL(fileURLWithPath: file)))
            #expect(String(decoding: bytes.prefix(26), as: UTF8.self) == "{\n\t\"ociVersion\": \"1.3.0\",\n")
            #expect(bytes.last == UInt8(ascii: "}"))
            #expect(try Spec(validating: bytes) == Self.forThisHost(Spec.defaultConfiguration))
        }
    }

    @Test func writesIntoTheBundle() throws {
        try withTemporaryDirectory { directory in
            #expect(try Apus("spec", "--rootless", "-b", directory).status == 0)
            let bytes = try [UInt8](Data(contentsOf: URL(fileURLWithPath: directory + "/config.json")))
            let expected = Spec.rootlessConfiguration(user: geteuid(), group: getegid())
            #expect(try Spec(json: bytes) == Self.forThisHost(expected))
        }
    }

    @Test func replacesNothing() throws {
        try withTemporaryDirectory { directory in
            try "mine".write(toFile: directory + "/config.json", atomically: true, encoding: .utf8)
            let run = try Apus("spec", "--bundle", directory)
            #expect(run.timelessError == "time=T level=error msg=\"File config.json exists. Remove it first\"\n")
            #expect(run.status == 1)
            #expect(try String(contentsOfFile: directory + "/config.json", encoding: .utf8) == "mine")
        }
    }

    @Test func needsADirectory() throws {
        let run = try Apus("spec", "--bundle", "/nosuch")
        #expect(run.timelessError == "time=T level=error msg=\"chdir /nosuch: no such file or directory\"\n")
        #expect(run.status == 1)
    }
}
