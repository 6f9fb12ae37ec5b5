import Foundation
import Testing

/// Operations with two objects name the one that failed, and the new mount calls have the errno of mount(2).
@Suite(.containers, .requires(.root, .runtime))
struct BlamedObjectTests {
    @Test func maskWithoutANullDevice() throws {
        let bundle = try TestBundle {
            $0.linux.maskedPaths = ["/etc/passwd"]
            $0.mounts.removeAll { ($0.destination.text ?? "").hasPrefix("/dev") }
            $0.mount("/dev", source: "empty", "bind")
        }
        mkdir(bundle.path + "/empty", 0o755)
        let output = try bundle.create()
        output.failed(
            naming: "linux.maskedPaths[0]: mask /etc/passwd: open /dev/null in the root file system: no such file",
            "mount a tmpfs on /dev")
        bundle.expectNothingLeft()
    }

    /// A file in the place of /dev is no reason to take the masked file for a directory.
    @Test func maskWithAFileForDevices() throws {
        let bundle = try TestBundle {
            $0.linux.maskedPaths = ["/etc/passwd"]
            $0.mounts.removeAll { ($0.destination.text ?? "").hasPrefix("/dev") }
            $0.mount("/dev", source: "rootfs/etc/group", "bind")
        }
        rmdir(bundle.rootfs + "/dev")
        try "".write(toFile: bundle.rootfs + "/dev", atomically: false, encoding: .utf8)
        let output = try bundle.create()
        #expect(output.status == 1)
        #expect(output.error.contains("/dev"), "\(output.error)")
        #expect(!output.error.contains("tmpfs:"))
        bundle.expectNothingLeft()
    }

    @Test func aSysctlIsWrittenNotOpened() throws {
        let bundle = try TestBundle { $0.linux.sysctl = ["net.ipv4.ip_forward": "abc"] }
        let error = try bundle.create().error
        #expect(error.contains("write sysctl net.ipv4.ip_forward"), "\(error)")
        #expect(!error.contains("open"))
    }

    /// A source in the root file system is called as the configuration calls it.
    @Test func aSourceInTheRoot() throws {
        let bundle = try TestBundle { $0.mount("/mnt", source: "rootfs/etc/passwd", "bind") }
        #expect(try bundle.create().error.contains("error mounting \"rootfs/etc/passwd\" to rootfs at \"/mnt\": "))
    }

    /// The same mistakes with mount(2) and, through an option that needs them, with the new calls.
    @Test(
        arguments: [
            ("bind", "/etc/passwd", "/mnt", [], "not a directory"),
            ("bind", "/etc", "/etc/passwd", [], "not a directory"),
            ("bind", "/no/such", "/mnt", [], "no such file or directory"),
            ("bind", "/etc/passwd/x", "/mnt", [], "not a directory"),
            ("tmpfs", "tmpfs", "/etc/passwd", [], "not a directory"),
            ("tmpfs", "tmpfs", "/mnt", ["nosuch"], "invalid argument"),
            ("tmpfs", "tmpfs", "/mnt", ["size=abc"], "invalid argument"),
            ("tmpfs", "tmpfs", "/mnt", ["nosuch=5"], "invalid argument"),
            ("nosuchfs", "x", "/mnt", [], "no such device"),
            ("", "x", "/mnt", [], "no such device"),
            ("ext4", "/no/such", "/mnt", [], "no such file or directory"),
            ("ext4", "/tmp", "/mnt", [], "block device required"),
            ("ext4", "/dev/null", "/mnt", [], "block device required"),
            ("ext4", "", "/mnt", [], "invalid argument"),
            ("overlay", "overlay", "/mnt", ["lowerdir=/no/such"], "no such file or directory"),
            ("overlay", "overlay", "/mnt", [], "invalid argument"),
            ("overlay", "overlay", "/mnt", ["lowerdir=/etc/passwd"], "invalid argument"),
        ] as [(String, String, String, [String], String)])
    func errnos(_ type: String, _ source: String, _ target: String, _ options: [String], _ cause: String) throws {
        for extra in [[], ["rprivate"], ["rprivate", "ro"]] {
            let bundle = try TestBundle {
                let words = (type == "bind" ? ["bind"] : []) + options + extra
                var mount: JSONValue = ["destination": .string(target), "source": .string(source)]
                mount.type = .string(type)
                mount.options = JSONValue(words)
                $0.mounts.append(mount)
            }
            let output = try bundle.create()
            #expect(output.status == 1)
            #expect(output.error.contains(": " + cause), "\(extra): \(output.error)")
            #expect(output.error.contains("mounts[7]"), "\(extra): \(output.error)")
        }
    }
}
