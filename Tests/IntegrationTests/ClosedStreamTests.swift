import CIntegrationSupport
import Foundation
import Testing

/// A caller that has closed standard streams, or left others open.
@Suite(.containers, .requires(.root, .runtime))
struct ClosedStreamTests {
    /// What is opened first must not become a stream of the container.
    @Test(arguments: 0...2) func aClosedStreamIsNoFileOfTheRuntime(_ number: Int) throws {
        let bundle = try TestBundle(
            shell: "for i in 0 1 2; do readlink /proc/self/fd/$i; done >/data/streams; echo x >&2; echo y")
        let data = bundle.directory("data")
        try bundle.change { $0.mount("/data", source: data, "bind", "rw") }
        func stream(_ index: Int) -> Command.Stream? { index == number ? .closed : index == 0 ? .null : nil }
        let command = try Command(
            bundle.arguments(["run", "--bundle", bundle.path, bundle.id]), stdin: stream(0) ?? .null,
            stdout: stream(1), stderr: stream(2))
        #expect(command.wait().status == 0)
        let streams = (contents(data + "/streams") ?? "").split(separator: "\n")
        #expect(streams.count == 3)
        // The readlink's own output is the file.
        if number != 1 { #expect(streams[number] == "/dev/null") }
        bundle.expectNothingLeft()
    }

    /// Without a null device to open, a closed stream is something that reads as empty.
    @Test func aHostWithoutANullDevice() throws {
        let bundle = try TestBundle(shell: "cat; echo done >/data/done")
        let data = bundle.directory("data")
        try bundle.change { $0.mount("/data", source: data, "bind", "rw") }
        let file = try bundle.file("null", "not a device")
        let script = "mount --bind \(file) /dev/null && exec \"$0\" \"$@\" <&-"
        let output = try Command(
            ["unshare", "--mount", "--propagation", "private", "sh", "-c", script]
                + bundle.arguments(["state", bundle.id])
        ).wait()
        #expect(output.status == 1)
        #expect(contents(file) == "not a device")
    }

    @Test func hooksRunWithClosedStreams() throws {
        let bundle = try TestBundle(shell: "true")
        let log = bundle.directory("seen")
        try bundle.change {
            $0.hooks.createRuntime = [
                ["path": "/bin/sh", "args": ["sh", "-c", .string("cat >\(log)/state; echo out; echo err >&2")]]
            ]
        }
        let command = try Command(
            bundle.arguments(["run", "--bundle", bundle.path, bundle.id]), stdin: .closed, stdout: .closed,
            stderr: .closed)
        #expect(command.wait().status == 0)
        let state = try JSONValue(parsing: contents(log + "/state") ?? "")
        #expect(state.id.text == bundle.id)
    }

    /// Descriptors of the caller are neither the container's nor those of the programs of the host.
    @Test func hooksGetNoDescriptorOfTheCaller() throws {
        let bundle = try TestBundle(shell: "true")
        let log = bundle.directory("seen")
        let list: JSONValue = [
            "path": "/bin/sh", "args": ["sh", "-c", .string("ls /proc/self/fd >>\(log)/list; echo >>\(log)/list")],
        ]
        try bundle.change {
            for kind in ["createRuntime", "createContainer", "poststart", "poststop"] { $0.hooks[kind] = [list] }
        }
        let directory = open("/", O_RDONLY | O_CLOEXEC)
        afterTest { close(directory) }
        let output = try bundle.launch(
            ["run", "--bundle", bundle.path, bundle.id], passing: Array(repeating: directory, count: 77)
        ).wait()
        try output.succeeded()
        // 3 is the directory that ls reads.
        #expect(contents(log + "/list") == String(repeating: "0\n1\n2\n3\n\n", count: 4))
    }
}
