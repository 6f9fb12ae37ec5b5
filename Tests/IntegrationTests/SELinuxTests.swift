import Foundation
import Testing

/// Labels of processes and mounts. The machine of Tests/VM has SELinux with the suite `bookworm+selinux`: Debian's policy, whose
/// names these are.
@Suite(.containers, .requires(.root, .runtime, .selinux))
struct SELinuxTests {
    private static let process = "unconfined_u:unconfined_r:unconfined_t:s0:c1,c2"
    private static let file = "system_u:object_r:tmp_t:s0:c1,c2"

    private func bundle(
        _ script: String, process: String = process, file: String = file
    ) throws -> TestBundle {
        try TestBundle(shell: script) {
            $0.process.selinuxLabel = .string(process)
            $0.linux.mountLabel = .string(file)
        }
    }

    /// The context of a file as the host sees it.
    private func context(of path: String) throws -> String {
        try Command.run("stat", "--format", "%C", path).succeeded().stdout.trimmingCharacters(in: .newlines)
    }

    @Test func theProcess() throws {
        let bundle = try bundle("cat /proc/self/attr/current; exec sleep 1000")
        let read = try bundle.createReading()
        try bundle.start().succeeded()
        eventually("the label is there") { read().contains(Self.process) }
        #expect(try bundle.exec(shell: "cat /proc/self/attr/current").succeeded().stdout.contains(Self.process))
        let other = "unconfined_u:unconfined_r:unconfined_t:s0:c7,c8"
        let text = try bundle.exec("--process-label", other, shell: "cat /proc/self/attr/current").succeeded().stdout
        #expect(text.contains(other))
    }

    /// New file systems have the label, the queues too; what is the host's keeps its own.
    @Test func mounts() throws {
        let bundle = try bundle("exec sleep 1000").running()
        let root = "/proc/\(try bundle.pid())/root"
        for place in ["/dev", "/dev/null", "/dev/pts", "/dev/shm", "/dev/mqueue"] {
            #expect(try context(of: root + place) == Self.file, "\(place)")
        }
        let mounts = Mountinfo.parse(try bundle.exec(shell: "cat /proc/self/mountinfo").succeeded().stdout)
        let dev = try #require(mounts.first { $0.point == "/dev" })
        #expect(dev.superOptions.contains { $0.hasPrefix("context=") }, "\(dev)")
        #expect(try context(of: bundle.rootfs) != Self.file)
        #expect(try context(of: root + "/proc/sys") != Self.file)
    }

    /// The labels of nobody's policy are errors, whoever enforces it.
    @Test func labelsThatThePolicyHasNot() throws {
        let one = try bundle("true", process: "system_u:system_r:nosuch_t:s0")
        try one.run().failed(naming: "process.selinuxLabel", "nosuch_t", "invalid argument")
        one.expectNothingLeft()
        let two = try bundle("true", file: "system_u:object_r:nosuch_t:s0")
        try two.run().failed(naming: "mounts[", "context=system_u:object_r:nosuch_t:s0", "invalid argument")
        two.expectNothingLeft()
        let three = try bundle("exec sleep 1000").running()
        try three.launch(["exec", "--process-label", "nonsense", three.id, "true"]).wait()
            .failed(naming: "process.selinuxLabel", "nonsense", code: 255)
    }
}
