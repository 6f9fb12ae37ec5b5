import Foundation
import Testing

/// Devices of the host that move into a container: `linux.netDevices`.
@Suite(.containers, .requires(.root, .runtime, .program("ip")))
struct NetworkDeviceTests {
    /// A pair of virtual devices with names that no other test has; it is gone after the test.
    private struct Pair {
        let device: String
        let peer: String

        init() throws {
            let number = String(UInt32.random(in: 0...0xffffff), radix: 16)
            device = "apa" + number
            peer = "apb" + number
            try ip("link", "add", device, "type", "veth", "peer", "name", peer)
            let name = peer
            afterTest { _ = try? Command.run("ip", "link", "delete", name) }
        }
    }

    @discardableResult
    private static func ip(_ arguments: String...) throws -> String {
        try Command(["ip"] + arguments).wait().succeeded().stdout
    }

    private func isOnHost(_ name: String) -> Bool { exists("/sys/class/net/" + name) }

    /// The addresses of a device as `ip` lists them, without the lifetimes.
    private func addresses(_ listing: String) -> [String] {
        listing.split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) }.filter { $0.hasPrefix("inet") }
    }

    /// The host's own `ip` in the network namespace of a container.
    private func show(_ bundle: TestBundle, _ device: String) throws -> String {
        try Command(["nsenter", "--net=/proc/\(try bundle.pid())/ns/net", "ip", "addr", "show", device]).wait()
            .succeeded().stdout
    }

    @Test func aDeviceMovesAndIsUp() throws {
        let pair = try Pair()
        try Self.ip("link", "set", pair.device, "mtu", "1300", "alias", "uplink")
        let address = contents("/sys/class/net/\(pair.device)/address")
        let bundle = try TestBundle {
            $0.process.args = ["sleep", "1000"]
            $0.linux.netDevices = .object([pair.device: [:]])
        }.running()
        #expect(!isOnHost(pair.device))
        let files = "/sys/class/net/\(pair.device)/"
        let text = try bundle.exec(shell: "cd \(files); cat mtu ifalias address flags").stdout
        let lines = text.split(separator: "\n").map(String.init)
        #expect(lines.prefix(2) == ["1300", "uplink"])
        #expect(lines[2] + "\n" == address)
        #expect((Int(lines[3].dropFirst(2), radix: 16) ?? 0) & 1 == 1)
        // What is in the container stays there: its end is the end of a virtual device.
        try bundle.delete("--force").succeeded()
        eventually("the device is gone") { !isOnHost(pair.peer) }
    }

    @Test(.requires(.program("nsenter"))) func theAddressesComeAlong() throws {
        let pair = try Pair()
        try Self.ip("addr", "add", "10.1.2.3/24", "broadcast", "+", "label", pair.device + ":w", "dev", pair.device)
        try Self.ip("addr", "add", "10.9.9.1", "peer", "10.9.9.2/32", "dev", pair.device)
        try Self.ip("addr", "add", "169.254.1.1/16", "scope", "link", "dev", pair.device)
        try Self.ip("addr", "add", "fd00::5/64", "nodad", "noprefixroute", "dev", pair.device)
        try Self.ip("addr", "add", "10.7.7.7/24", "valid_lft", "1000", "preferred_lft", "1000", "dev", pair.device)
        let bundle = try TestBundle {
            $0.process.args = ["sleep", "1000"]
            $0.linux.netDevices = .object([pair.device: ["name": "inside0"]])
        }.running()
        let found = addresses(try show(bundle, "inside0"))
        #expect(found.contains("inet 10.1.2.3/24 brd 10.1.2.255 scope global inside0:w"))
        #expect(found.contains("inet 10.9.9.1 peer 10.9.9.2/32 scope global inside0"))
        #expect(found.contains("inet6 fd00::5/64 scope global nodad noprefixroute"))
        // Neither of link scope nor for a time.
        #expect(!found.contains { $0.contains("169.254.1.1") || $0.contains("10.7.7.7") })
    }

    @Test func aTemplateTakesTheFirstFreeName() throws {
        let (first, second) = (try Pair(), try Pair())
        let names = try output(of: "cd /sys/class/net; echo *") {
            $0.linux.netDevices = .object([first.device: ["name": "net%d"], second.device: ["name": "net%d"]])
        }
        #expect(names.split(separator: " ").sorted() == ["lo", "net0", "net1"])
    }

    @Test(.requires(.program("nsenter"))) func aDeviceMovesIntoAJoinedNamespace() throws {
        let pair = try Pair()
        let owner = try TestBundle { $0.process.args = ["sleep", "1000"] }.running()
        let path = "/proc/\(try owner.pid())/ns/net"
        let guest = try TestBundle {
            $0.process.args = ["sleep", "1000"]
            $0.addNamespace("network", path: path)
            $0.linux.netDevices = .object([pair.device: ["name": "shared0"]])
        }.running()
        #expect(try show(owner, "shared0").contains("shared0"))
        try guest.delete("--force").succeeded()
        // The namespace is not the guest's, and a container that ends gives nothing back.
        #expect(try show(owner, "shared0").contains("shared0"))
    }

    /// The hooks of the runtime see the device inside.
    @Test func itIsThereBeforeTheHooks() throws {
        let pair = try Pair()
        let bundle = try TestBundle { $0.process.args = ["sleep", "1000"] }
        let seen = bundle.path + "/seen"
        var configuration = try bundle.configuration()
        configuration.linux.netDevices = .object([pair.device: ["name": "in0"]])
        configuration.hooks.createContainer = [
            ["path": "/bin/sh", "args": ["sh", "-c", .string("cat /proc/net/dev >\(seen)")]]
        ]
        try bundle.write(configuration)
        try bundle.create().succeeded()
        #expect(contents(seen)?.contains("in0:") ?? false)
    }

    @Test func sysctlsOfTheDevice() throws {
        let pair = try Pair()
        let value = try output(of: "cat /proc/sys/net/ipv4/conf/in0/forwarding") {
            $0.linux.netDevices = .object([pair.device: ["name": "in0"]])
            $0.linux.sysctl = ["net.ipv4.conf.in0.forwarding": "1"]
        }
        #expect(value == "1")
    }

    @Test func aLaterFailureBringsItBack() throws {
        let (first, second) = (try Pair(), try Pair())
        try Self.ip("link", "set", first.device, "up")
        try Self.ip("addr", "add", "10.1.2.3/24", "label", first.device + ":w", "dev", first.device)
        try Self.ip("addr", "add", "fd00::5/64", "nodad", "dev", first.device)
        let before = addresses(try Self.ip("addr", "show", first.device)).filter { !$0.contains("fe80") }
        let bundle = try TestBundle {
            $0.linux.netDevices = .object([first.device: ["name": "in0"], second.device: ["name": "in1"]])
            $0.hooks.createRuntime = [["path": "/bin/false"]]
        }
        #expect(try bundle.create().status == 1)
        bundle.expectNothingLeft()
        let after = addresses(try Self.ip("addr", "show", first.device)).filter { !$0.contains("fe80") }
        #expect(after == before)
        #expect(try Self.ip("link", "show", first.device).contains(",UP"))
        #expect(try !Self.ip("link", "show", second.device).contains(",UP"))
    }

    // MARK: Errors

    private func expectFailure(
        _ devices: JSONValue, to cause: String, naming device: String,
        _ change: (inout JSONValue) throws -> Void = { _ in }, sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let bundle = try TestBundle {
            $0.linux.netDevices = devices
            try change(&$0)
        }
        let output = try bundle.create()
        output.failed(from: "runc create failed: ", to: cause, sourceLocation: sourceLocation)
        output.failed(naming: "linux.netDevices", device, sourceLocation: sourceLocation)
        bundle.expectNothingLeft(sourceLocation: sourceLocation)
    }

    @Test func aDeviceThatIsMissing() throws {
        try expectFailure(
            ["nosuch0": [:]], to: "no such device",
            naming: "error creating network interfaces: move netDevice nosuch0 to namespace /proc/")
    }

    @Test func aNameThatIsTaken() throws {
        let (first, second) = (try Pair(), try Pair())
        try expectFailure(
            .object([
                min(first.device, second.device): ["name": "in0"], max(first.device, second.device): ["name": "lo"],
            ]), to: "file exists", naming: "move netDevice \(max(first.device, second.device)) ")
        #expect(isOnHost(first.device) && isOnHost(second.device))
    }

    @Test func aDeviceThatCannotMove() throws {
        try expectFailure(["lo": ["name": "in0"]], to: "invalid argument", naming: "move netDevice lo ")
    }

    @Test func noNamespaceToMoveTo() throws {
        try expectFailure(["lo": [:]], to: "", naming: "unable to move network devices without a NET namespace") {
            $0.dropNamespace("network")
        }
        try expectFailure(["lo": [:]], to: "", naming: "unable to move network devices without a NET namespace") {
            $0.addNamespace("network", path: "/proc/self/ns/net")
        }
    }

    @Test(arguments: ["a/b", "a b", "..", "0123456789abcdef", "a:b", "%d%d"])
    func aNameThatIsNone(_ name: String) throws {
        try expectFailure(
            .object(["lo": ["name": .string(name)]]), to: "invalid network device name \"\(name)\"",
            naming: "linux.netDevices.lo.name")
    }
}
