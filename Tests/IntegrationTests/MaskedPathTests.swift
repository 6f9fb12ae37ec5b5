import Foundation
import Testing

/// Masked and read-only paths.
@Suite(.containers, .requires(.root, .runtime))
struct MaskedPathTests {
    @Test func masked() throws {
        let text = try output(
            of:
                "cat /proc/kcore | wc -c; ls -A /sys/firmware; ls -A /masked; cat /file; echo end; cat /proc/self/mountinfo"
        ) {
            $0.linux.maskedPaths.append("/masked")
            $0.linux.maskedPaths.append("/file")
            $0.linux.maskedPaths.append("/nonexistent")
            $0.linux.maskedPaths.append("/nonexistent/deeper")
            $0.mount("/masked", type: "tmpfs", source: "tmpfs")
            $0.mount("/file", source: "/etc/hostname", "bind")
        }
        #expect(text.hasPrefix("0\nend\n"))
        let mounts = Mountinfo.parse(text)
        let directory = try #require(mounts.at("/masked"))
        #expect(directory.type == "tmpfs" && directory.options.contains("ro"))
        let file = try #require(mounts.at("/file"))
        #expect(file.root == "/null")
    }

    @Test func aMaskedDirectoryCannotBeWritten() throws {
        let text = try output(of: "touch /masked/x 2>&1; echo x >/file && cat /file") {
            $0.linux.maskedPaths = ["/masked", "/file"]
            $0.mount("/masked", type: "tmpfs", source: "tmpfs")
            $0.mount("/file", source: "/etc/hostname", "bind")
        }
        #expect(text == "touch: /masked/x: Read-only file system")
    }

    @Test func readOnly() throws {
        let text = try output(
            of: "echo 1 >/proc/sys/kernel/domainname; touch /tree/x; touch /file; touch /tmp/x && echo fine"
        ) {
            $0.process.args[2] = .string("{ \($0.process.args[2].text ?? ""); } 2>&1")
            $0.root.readonly = false
            $0.linux.readonlyPaths = ["/proc/sys", "/tree", "/file", "/nonexistent"]
            $0.mount("/tree", type: "tmpfs", source: "tmpfs")
            $0.mount("/file", source: "/etc/hostname", "bind")
        }
        let lines = text.split(separator: "\n").map(String.init)
        #expect(lines.count == 4)
        #expect(lines.dropLast().allSatisfy { $0.contains("Read-only file system") })
        #expect(lines.last == "fine")
    }

    /// Flags of the mount below stay.
    @Test func readOnlyKeepsTheFlags() throws {
        let bundle = try TestBundle {
            $0.linux.readonlyPaths = ["/tree"]
            $0.mount("/tree", type: "tmpfs", source: "tmpfs", "nosuid", "nodev", "noexec")
        }
        #expect(
            try bundle.mounts().at("/tree")?.options.isSuperset(of: ["ro", "nosuid", "nodev", "noexec"]) ?? false)
    }

    @Test func withoutAMountNamespace() throws {
        let bundle = try TestBundle { $0.dropNamespace("mount") }
        try bundle.run().failed(
            naming: "runc run failed: ", "unable to restrict sys entries without a private MNT namespace")
        bundle.expectNothingLeft()
    }
}
