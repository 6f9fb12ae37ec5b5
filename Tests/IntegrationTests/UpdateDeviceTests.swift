import Foundation
import Testing

/// Rules of devices that `update` replaces: by the list of version 1, by the program of version 2.
@Suite(.containers, .requires(.root, .runtime, .unified))
struct UpdateDeviceTests {
    private static let views: [HostView] = HostCgroups.hierarchies["devices"] == nil ? [.v2] : [.host, .v2]

    private func running(_ view: HostView, shell script: String) throws -> (TestBundle, () -> String) {
        let bundle = try TestBundle(shell: script, view: view) {
            $0.linux.devices = [
                ["path": "/dev/first", "type": "c", "major": 240, "minor": 5, "fileMode": 0o666],
                ["path": "/dev/never", "type": "c", "major": 240, "minor": 9, "fileMode": 0o666],
            ]
            $0.linux.resources.devices = [["allow": false, "access": "rwm"]]
        }
        let output = try bundle.createReading()
        try bundle.start().succeeded()
        return (bundle, output)
    }

    private func update(_ bundle: TestBundle, _ rules: String) throws {
        try bundle.apus("update", "-r", "-", bundle.id, stdin: .text("{\"devices\":[\(rules)]}")).succeeded()
    }

    private static let deny = #"{"allow":false,"access":"rwm"}"#
    private static let allow = #"{"allow":true,"access":"rwm"}"#
    private static let first = #"{"allow":true,"type":"c","major":240,"minor":5,"access":"rw"}"#
    private static let firstDenied = #"{"allow":false,"type":"c","major":240,"minor":5,"access":"rw"}"#
    private static let neverDenied = #"{"allow":false,"type":"c","major":240,"minor":9,"access":"rwm"}"#

    /// While it is frozen for an update a container is not paused; after one that was killed the next command lets it go on.
    @Test(.requires(.cgroupV1("freezer"))) func anUpdateThatWasKilled() throws {
        let bundle = try TestBundle { $0.process.args = ["sleep", "1000"] }.running()
        let marker = "\(bundle.stateRoot)/\(bundle.id)/frozen-by-update"
        func interrupt() throws {
            try "".write(toFile: marker, atomically: false, encoding: .utf8)
            try bundle.freeze()
        }
        try interrupt()
        #expect(try bundle.status == "running")
        #expect(try bundle.exec(shell: "echo on").succeeded().stdout == "on\n")
        #expect(!exists(marker))
        try interrupt()
        try bundle.apus("pause", bundle.id).succeeded()
        #expect(try bundle.status == "paused")
        #expect(!exists(marker))
        try bundle.apus("resume", bundle.id).succeeded()
        try interrupt()
        try bundle.apus("update", "--cpu-share", "512", bundle.id).succeeded()
        #expect(try bundle.exec(shell: "echo on").succeeded().stdout == "on\n")
        try interrupt()
        try bundle.delete("--force").succeeded()
    }

    @Test(arguments: views) func newRulesHold(view: HostView) throws {
        let (bundle, _) = try running(view, shell: "sleep 1000")
        func canOpen(_ device: String) throws -> Bool {
            !(try bundle.exec(shell: ": </dev/\(device)").stderr.contains("not permitted"))
        }
        #expect(try !canOpen("first"))
        try update(bundle, Self.deny + "," + Self.first)
        #expect(try canOpen("first"))
        #expect(try canOpen("null"))
        // Rules that are those of before, or none, change nothing.
        try bundle.apus("update", "--pids-limit", "50", bundle.id)
        #expect(try canOpen("first"))
        try update(bundle, Self.allow + "," + Self.neverDenied)
        #expect(try canOpen("first"))
        #expect(try !canOpen("never"))
        try update(bundle, Self.deny)
        #expect(try !canOpen("first"))
        #expect(try canOpen("null"))
    }

    /// Programs that open devices all the time find the null device open, and the other one closed, at every moment.
    @Test(arguments: views) func thereIsNoMomentWithoutRules(view: HostView) throws {
        let script = """
            nulls=$(yes /dev/null | head -n 300)
            nevers=$(yes /dev/never | head -n 300)
            echo started
            (while usleep 1000; do cat $nulls 2>&1; done) &
            while usleep 1000; do cat $nevers 2>&1 | grep -v 'not permitted'; done
            """
        let bundle = try TestBundle(shell: script, view: view) {
            $0.linux.devices = [["path": "/dev/never", "type": "c", "major": 240, "minor": 9, "fileMode": 0o666]]
            $0.linux.resources.devices = [["allow": false, "access": "rwm"]]
        }
        let output = try bundle.createReading()
        try bundle.start().succeeded()
        eventually("the program runs") { output().contains("started") }
        for _ in 0..<(patience == 1 ? 10 : 2) {
            try update(bundle, Self.deny + "," + Self.first)
            try update(bundle, Self.allow + "," + Self.neverDenied)
            try update(bundle, Self.allow + "," + Self.neverDenied + "," + Self.firstDenied)
            try update(bundle, Self.deny)
        }
        #expect(try bundle.status == "running")
        try bundle.kill("KILL").succeeded()
        try bundle.waitUntilStopped()
        #expect(output() == "started\n")
    }
}
