import Foundation
import Testing

/// The first steps that everybody takes with a runtime: make a bundle, create, list, start, list, wait, delete.
@Suite(.containers, .requires(.root, .runtime))
struct WalkthroughTests {
    @Test func aContainerFromSpecToDelete() throws {
        let bundle = try TestBundle()
        try FileManager.default.removeItem(atPath: bundle.path + "/config.json")
        try bundle.apus("spec", directory: bundle.path).succeeded()
        var configuration = try bundle.configuration()
        #expect(configuration.process.args == ["sh"])
        configuration.process.terminal = false
        configuration.process.args = ["sleep", "1"]
        configuration.linux.cgroupsPath = .string(bundle.cgroup)
        try bundle.write(configuration)

        let created = try bundle.apus("create", bundle.id, directory: bundle.path).succeeded()
        #expect(created.stdout == "")
        var row = try listedRow(bundle)
        #expect(row[2] == "created")
        #expect(row[3] == bundle.path)
        #expect(row[5] == "root")

        try bundle.start().succeeded()
        row = try listedRow(bundle)
        #expect(row[2] == "running")
        let pid = try #require(pid_t(row[1]))
        #expect(contents("/proc/\(pid)/comm") == "sleep\n")

        waitForEnd(of: pid)
        row = try listedRow(bundle)
        #expect(row[1] == "0")
        #expect(row[2] == "stopped")

        try bundle.delete().succeeded()
        #expect(try bundle.apus("list", "--quiet").succeeded().stdout == "")
        bundle.expectNothingLeft()
    }

    private func listedRow(_ bundle: TestBundle) throws -> [String] {
        let table = try bundle.apus("list").succeeded().lines
        #expect(table.first?.split(separator: " ") == ["ID", "PID", "STATUS", "BUNDLE", "CREATED", "OWNER"])
        try #require(table.count == 2)
        let row = table[1].split(separator: " ").map(String.init)
        #expect(row[0] == bundle.id)
        try #require(row.count == 6)
        return row
    }
}
