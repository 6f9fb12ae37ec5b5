import Foundation
import Testing

/// `linux.intelRdt` on the kernel.
@Suite(.containers, .requires(.root, .runtime))
struct IntelRdtTests {
    private static let mounted = exists("/sys/fs/resctrl/schemata")

    @Test(.enabled(if: !mounted, "needs a host without resctrl")) func aHostWithoutResctrl() throws {
        let bundle = try TestBundle { $0.linux.intelRdt = ["closID": "gold", "l3CacheSchema": "L3:0=f"] }
        let output = try bundle.create()
        output.failed(
            from: "runc create failed: ", to: "intelRdt is specified in config, but Intel RDT is not enabled")
        output.failed(naming: "linux.intelRdt: ")
        bundle.expectNothingLeft()
    }

    @Test(.enabled(if: mounted, "needs resctrl at /sys/fs/resctrl"), .requires(.path("/sys/fs/resctrl/info/L3_MON")))
    func aGroupOfItsOwn() throws {
        let bundle = try TestBundle {
            $0.process.args = ["sleep", "1000"]
            $0.linux.intelRdt = ["enableMonitoring": true]
        }.running()
        let directory = "/sys/fs/resctrl/" + bundle.id
        let pid = "\(try bundle.pid())"
        #expect(contents(directory + "/tasks")?.split(separator: "\n").contains(Substring(pid)) == true)
        #expect(contents(directory + "/mon_groups/\(bundle.id)/tasks") == pid + "\n")
        try bundle.delete("--force").succeeded()
        #expect(!exists(directory))
    }

    @Test(arguments: ["..", ".", "a/b", "a\\nb"])
    func aNameThatIsNone(_ name: String) throws {
        let bundle = try TestBundle { $0.linux.intelRdt = ["closID": .string(name.replacing("\\n", with: "\n"))] }
        let output = try bundle.create()
        output.failed(naming: "linux.intelRdt.closID", "invalid intelRdt.ClosID \"\(name)\"")
        bundle.expectNothingLeft()
    }
}
