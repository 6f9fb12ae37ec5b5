import CIntegrationSupport
import Foundation
import Testing

/// The flags of a bind mount whose source has flags of its own.
@Suite(.containers, .requires(.root, .runtime, .userNamespaces))
struct BindFlagTests {
    /// A directory that is mounted with `options`, which are the mount's and not the file system's.
    private func source(_ bundle: TestBundle, _ options: String) throws -> String {
        let path = bundle.directory("source")
        for flags in ["-t tmpfs -o rw,suid,dev,exec,strictatime tmpfs", "--bind -o remount,\(options)"] {
            try Command.run("sh", "-c", "mount \(flags) \(path)").succeeded()
        }
        return path
    }

    private func enterUserNamespace(_ configuration: inout JSONValue) {
        configuration.linux.namespaces.append(["type": "user"])
        for kind in ["uidMappings", "gidMappings"] {
            configuration.linux[kind] = [["containerID": 0, "hostID": 100_000, "size": 65534]]
        }
    }

    /// The flags in the container, by the source's and the mount's options.
    private func flags(_ host: String, _ options: String, inUserNamespace: Bool) throws -> Set<String> {
        let bundle = try TestBundle()
        let source = try source(bundle, host)
        try bundle.change {
            $0.mount("/mnt", type: "bind", source: source)
            $0.mounts[$0.mounts.items.count - 1].options = JSONValue(options.split(separator: ",").map(String.init))
            if inUserNamespace { enterUserNamespace(&$0) }
        }
        return try #require(try bundle.mounts().at("/mnt")).options
    }

    @Test(arguments: [
        ("ro,noexec,nosymfollow,nodiratime", "bind", "ro noexec nosymfollow nodiratime"),
        ("ro,noexec,nosymfollow,nodiratime", "bind,dev", "rw nodiratime"),
        ("ro", "bind,nosuid,nodev", "rw nosuid nodev"), ("ro", "bind,rw,nosuid", "rw nosuid"),
        ("nosuid,nodev,noexec,noatime", "bind,dev,suid,exec,atime", "rw noatime"),
        ("noatime", "bind,norelatime", "rw noatime"), ("noatime", "bind,relatime", "rw relatime"),
        ("noatime", "bind,nodiratime,strictatime", "rw nodiratime"),
        ("nodiratime", "bind,strictatime", "rw"),
    ]) func outsideOfAUserNamespace(_ host: String, _ options: String, _ expected: String) throws {
        let wanted = Set(expected.split(separator: " ").map(String.init))
        // A mount with nodiratime and no other mode has relatime.
        let found = try flags(host, options, inUserNamespace: false)
        #expect(found.subtracting(wanted).isSubset(of: ["relatime"]), "\(found)")
        #expect(wanted.isSubset(of: found), "\(found)")
    }

    /// What the source is restricted in, the container's is too, unless the configuration adds more.
    @Test(arguments: [
        ("ro,noexec,nosymfollow", "bind,dev", "ro noexec", "nosymfollow rw"),
        ("ro", "bind,nosuid,nodev", "ro nosuid nodev", "rw"),
        ("nodev,nosuid,noexec,noatime", "bind,ro", "ro nosuid nodev noexec noatime", "rw"),
        ("nodev,nosymfollow", "bind,ro,symfollow", "ro nodev", "nosymfollow"),
        ("nodev,nosuid,noatime", "bind,ro,exec", "ro nosuid nodev noatime", "noexec"),
        ("noatime,nodiratime", "bind,atime", "noatime nodiratime", ""),
        ("strictatime", "bind,nostrictatime", "rw", "relatime noatime"),
    ]) func inAUserNamespace(_ host: String, _ options: String, _ kept: String, _ absent: String) throws {
        let found = try flags(host, options, inUserNamespace: true)
        #expect(Set(kept.split(separator: " ").map(String.init)).isSubset(of: found), "\(found)")
        #expect(Set(absent.split(separator: " ").map(String.init)).isDisjoint(with: found), "\(found)")
    }

    @Test(arguments: [
        ("ro", "bind,rw"), ("nodev,nosuid", "bind,suid"), ("noexec", "bind,exec"), ("noatime", "bind,strictatime"),
        ("noatime", "bind,relatime"), ("relatime", "bind,noatime"), ("relatime", "bind,nodiratime"),
        ("strictatime", "bind,relatime"), ("nodiratime", "bind,noatime"),
    ]) func aRestrictionCannotBeLiftedInWords(_ host: String, _ options: String) throws {
        let bundle = try TestBundle()
        let source = try source(bundle, host)
        try bundle.change {
            $0.mount("/mnt", type: "bind", source: source)
            $0.mounts[$0.mounts.items.count - 1].options = JSONValue(options.split(separator: ",").map(String.init))
            enterUserNamespace(&$0)
        }
        try bundle.run().failed(
            from: "runc run failed: unable to start container process: error during container init: error mounting",
            to: "operation not permitted")
        bundle.expectNothingLeft()
    }

    // MARK: Sources inside of the root

    /// The path on the host of a place that an earlier mount of the same container fills.
    @Test(arguments: [false, true], [false, true])
    func aMountOfTheContainerAsASource(_ inUserNamespace: Bool, _ mapped: Bool) throws {
        let bundle = try TestBundle()
        let source = bundle.directory("source")
        mkdir(source + "/deep", 0o755)
        try "inside".write(toFile: source + "/deep/file", atomically: false, encoding: .utf8)
        try bundle.change {
            $0.mount("/mnt", source: source, "bind")
            // Both places by their names on the host.
            $0.mount(bundle.rootfs + "/var", type: "bind", source: bundle.rootfs + "/mnt/deep", "rbind")
            if inUserNamespace { enterUserNamespace(&$0) }
            if mapped {
                for kind in ["uidMappings", "gidMappings"] {
                    $0.mounts[$0.mounts.items.count - 1][kind] = [["containerID": 0, "hostID": 100_000, "size": 65534]]
                }
            }
            $0.process.args = ["sh", "-c", "cat /var/file; stat -c ' %u' /var/file"]
        }
        let owner = mapped ? (inUserNamespace ? "0" : "100000") : (inUserNamespace ? "65534" : "0")
        #expect(try bundle.run().succeeded().stdout == "inside \(owner)\n")
    }

    /// A link of the image does not lead out, also as a source.
    @Test func aLinkAsASourceStaysInside() throws {
        let bundle = try TestBundle()
        symlink("/etc", bundle.rootfs + "/link")
        try "the container's".write(toFile: bundle.rootfs + "/etc/mark", atomically: false, encoding: .utf8)
        try bundle.change {
            $0.mount("/mnt", type: "bind", source: "rootfs/link", "bind")
            $0.process.args = ["cat", "/mnt/mark"]
        }
        #expect(try bundle.run().succeeded().stdout == "the container's")
    }

    /// As many mounts as a configuration has: the limit of descriptors bounds none of them.
    @Test(.requires(.userNamespaces)) func moreMountsThanDescriptors() throws {
        let bundle = try TestBundle()
        let source = bundle.directory("source")
        try bundle.change {
            $0.process.rlimits = []
            for index in 0..<100 {
                mkdir(source + "/\(index)", 0o755)
                mkdir(source + "/\(index)/of-\(index)", 0o755)
                mkdir(bundle.rootfs + "/mnt/\(index)", 0o755)
                $0.mount("/mnt/\(index)", source: source + "/\(index)", "bind")
            }
            enterUserNamespace(&$0)
            $0.process.args = ["sh", "-c", "for i in $(seq 0 99); do test -d /mnt/$i/of-$i && echo $i; done | wc -l"]
        }
        let arguments = bundle.arguments(["run", "--bundle", bundle.path, bundle.id])
        let output = try Command(["prlimit", "--nofile=64:64"] + arguments).wait()
        #expect(try output.succeeded().stdout == "100\n")
        // One that is not there is named by its property, wherever it stands.
        rmdir(source + "/99/of-99")
        rmdir(source + "/99")
        let failed = try bundle.run()
        failed.failed(naming: "mounts[", "source", source + "/99", "no such file or directory")
        bundle.expectNothingLeft()
    }
}
