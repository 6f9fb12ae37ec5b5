import Foundation
import Testing

/// Which names a container may have.
@Suite(.containers, .requires(.root, .runtime))
struct IdentifierTests {
    private static let bad = [".", "..", "a/b", "/", "../x", "a b", "ü", "a\nb", "a:b", "a@b", "a%b", "~"]

    @Test(arguments: bad)
    func anIdWithOtherCharactersIsRefused(_ id: String) throws {
        let bundle = try TestBundle()
        try bundle.apus("create", "--bundle", bundle.path, id)
            .failed("runc create failed: invalid container ID format")
        try bundle.apus("run", "--bundle", bundle.path, id).failed("runc run failed: invalid container ID format")
        for command in [["state", id], ["start", id], ["kill", id, "NOSUCH"], ["delete", id]] {
            try bundle.launch(command).wait().failed("invalid container ID format")
        }
        try bundle.apus("exec", id, "true").failed(from: "", to: "invalid container ID format", code: 255)
    }

    /// The name of the cgroup comes from the id, which is looked at before.
    @Test(arguments: bad) func withoutACgroupsPath(_ id: String) throws {
        let bundle = try TestBundle { $0.linux.cgroupsPath = .null }
        try bundle.apus("create", "--bundle", bundle.path, id)
            .failed("runc create failed: invalid container ID format")
    }

    /// An id is a name and never a path, for delete --force above all.
    @Test(arguments: [".", "..", "../precious", "a/../../precious", "/", ""])
    func deleteByForceOfAPathRemovesNothing(_ id: String) throws {
        let bundle = try TestBundle { $0.process.args = ["sleep", "1000"] }
        try bundle.create().succeeded()
        let precious = bundle.stateRoot + "/../precious"
        mkdir(precious, 0o755)
        try bundle.apus("delete", "--force", id)
            .failed(id == "" ? "container id cannot be empty" : "invalid container ID format")
        #expect(exists(precious))
        #expect(try bundle.status == "created")
    }

    @Test(arguments: ["a", "0", "A-b_c+d.e", ".hidden", "...", "_", String(repeating: "n", count: 200)])
    func aGoodId(_ id: String) throws {
        let bundle = try TestBundle(id: id)
        let other = TestRun.shared.cgroup + "/good-" + TestRun.shared.uniqueName()
        var configuration = try bundle.configuration()
        configuration.linux.cgroupsPath = .string(other)
        try bundle.write(configuration)
        try bundle.create().succeeded()
        #expect(try bundle.state().id.text == id)
        try bundle.delete("--force").succeeded()
        #expect(!exists(bundle.stateRoot + "/" + id))
    }

    @Test func deleteOfAllThatMatch() throws {
        let root = try TestBundle().directory("state")
        let names = ["job-1", "job-2", "other"].map { $0 + "-" + TestRun.shared.uniqueName() }
        let bundles = try names.map { name in
            try TestBundle(id: name, stateRoot: root) { $0.process.args = ["sleep", "1000"] }.running()
        }
        let refused = try bundles[0].apus("delete", "--regex", "^job-[12]-")
        refused.failed(from: "", to: "that is not stopped: running")
        #expect(try bundles.map { try $0.status } == ["running", "running", "running"])
        try bundles[0].apus("delete", "--force", "--regex", "^job-[12]-").succeeded()
        #expect(!exists(root + "/" + names[0]) && !exists(root + "/" + names[1]))
        #expect(try bundles[2].status == "running")
        try bundles[0].apus("delete", "--force", "--regex", "^job-[12]-").succeeded()
        try bundles[0].apus("delete", "--force", "--regex", "job-(")
            .failed(from: "invalid regular expression \"job-(\": ", to: "")
    }

    @Test func theFileSystemLimitsTheLength() throws {
        let bundle = try TestBundle()
        try bundle.apus("create", "--bundle", bundle.path, String(repeating: "n", count: 256))
            .failed(from: "runc create failed: ", to: "file name too long")
    }

    @Test func theEmptyId() throws {
        let bundle = try TestBundle()
        try bundle.apus("create", "--bundle", bundle.path, "")
            .failed("runc create failed: container id cannot be empty")
        for command in [["state", ""], ["start", ""], ["kill", "", "KILL"], ["delete", ""]] {
            try bundle.launch(command).wait().failed("container id cannot be empty")
        }
        try bundle.apus("exec", "", "true").failed(from: "", to: "container id cannot be empty", code: 255)
    }

    /// Even an empty directory takes the id, and `delete --force` gives it back.
    @Test func aDirectoryThatIsThereTakesTheId() throws {
        let bundle = try TestBundle()
        mkdir(bundle.stateRoot, 0o700)
        mkdir(bundle.stateRoot + "/" + bundle.id, 0o711)
        try bundle.create().failed("runc create failed: container with given ID already exists")
        #expect(exists(bundle.stateRoot + "/" + bundle.id))
        try bundle.delete("--force").succeeded()
        #expect(!exists(bundle.stateRoot + "/" + bundle.id))
        try bundle.create().succeeded()
    }

    /// Without force the error is that of a container that does not exist, but the half-made directory goes.
    @Test func deleteRemovesAHalfMadeDirectory() throws {
        let bundle = try TestBundle()
        mkdir(bundle.stateRoot, 0o700)
        mkdir(bundle.stateRoot + "/" + bundle.id, 0o711)
        try bundle.delete().failed("container does not exist")
        #expect(!exists(bundle.stateRoot + "/" + bundle.id))
    }
}
