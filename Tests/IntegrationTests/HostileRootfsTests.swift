import CIntegrationSupport
import Foundation
import Testing

/// Images whose links lead out of them: whatever the runtime does with such an image, the host stays as it was.
@Suite(.containers, .requires(.root, .runtime))
struct HostileRootfsTests {
    /// A directory of the host that nobody may touch, and what it looked like.
    struct Precious {
        let path: String
        private let before: [String]
        private let root: Set<String>
        private let mounts: [String]

        init(_ bundle: TestBundle) throws {
            path = bundle.directory("precious")
            mkdir(path + "/directory", 0o755)
            try "precious\n".write(toFile: path + "/file", atomically: false, encoding: .utf8)
            try "precious\n".write(toFile: path + "/directory/file", atomically: false, encoding: .utf8)
            before = try Self.listing(path)
            root = Set(try FileManager.default.contentsOfDirectory(atPath: "/"))
            mounts = Self.mounts()
        }

        private static func mounts() -> [String] {
            Mountinfo.host().map(\.point).filter { !$0.hasPrefix("/tmp/apus-tests.") }.sorted()
        }

        /// Each entry with its numbers and times, the directory itself too.
        private static func listing(_ path: String) throws -> [String] {
            let names = try FileManager.default.subpathsOfDirectory(atPath: path)
            return ([""] + names.sorted()).map { name in
                var s = stat()
                lstat(path + "/" + name, &s)
                return
                    "\(name) \(s.st_ino) \(s.st_mode) \(s.st_uid) \(s.st_size) \(s.st_nlink) \(s.st_mtim) \(s.st_ctim)"
            }
        }

        func expectUntouched(sourceLocation: SourceLocation = #_sourceLocation) throws {
            #expect(try Self.listing(path) == before, sourceLocation: sourceLocation)
            #expect(
                Set(try FileManager.default.contentsOfDirectory(atPath: "/")) == root, sourceLocation: sourceLocation)
            #expect(Self.mounts() == mounts, sourceLocation: sourceLocation)
        }
    }

    /// Puts a link in the place of a directory of the image.
    private func link(_ bundle: TestBundle, _ name: String, to target: String) {
        rmdir(bundle.rootfs + "/" + name)
        removeTree(bundle.rootfs + "/" + name)
        symlink(target, bundle.rootfs + "/" + name)
    }

    @Test(arguments: ["proc", "sys"], ["/etc", "/", "PRECIOUS", "../../../../../../../../PRECIOUS", "/tmp"])
    func procAndSysThatAreLinks(_ name: String, _ target: String) throws {
        let bundle = try TestBundle(view: .guarded)
        let precious = try Precious(bundle)
        link(bundle, name, to: target.replacingOccurrences(of: "PRECIOUS", with: precious.path))
        let output = try bundle.run()
        #expect(output.status == 1, "proc and sysfs need a real directory")
        try precious.expectUntouched()
        bundle.expectNothingLeft()
    }

    @Test(
        arguments: ["dev", "etc", "dev/pts", "dev/shm", "sys/fs", "run", "tmp"],
        ["/", "../../../../../../..", "PRECIOUS"])
    func otherDirectoriesThatAreLinks(_ name: String, _ target: String) throws {
        let bundle = try TestBundle(shell: "echo x >/dev/null; mount >/dev/null", view: .guarded) {
            $0.root.readonly = false
            $0.process.cwd = "/etc/made/by/runtime"
            $0.linux.maskedPaths.append("/etc/masked")
            $0.linux.readonlyPaths.append("/etc/readonly")
            $0.linux.devices = [["path": "/etc/device", "type": "p"]]
        }
        let precious = try Precious(bundle)
        let parent = bundle.rootfs + "/" + (name as NSString).deletingLastPathComponent
        mkdir(parent, 0o755)
        link(bundle, name, to: target.replacingOccurrences(of: "PRECIOUS", with: precious.path))
        _ = try bundle.run()
        try precious.expectUntouched()
        bundle.expectNothingLeft()
    }

    /// With /dev in the image, the devices and links are made in the image itself.
    @Test(arguments: ["/", "../../../../../../..", "PRECIOUS"])
    func devWithoutAMount(_ target: String) throws {
        let bundle = try TestBundle(shell: "true", view: .guarded) {
            $0.root.readonly = false
            $0.mounts.removeAll { $0.destination.text?.hasPrefix("/dev") ?? false }
        }
        let precious = try Precious(bundle)
        link(bundle, "dev", to: target.replacingOccurrences(of: "PRECIOUS", with: precious.path))
        _ = try bundle.run()
        try precious.expectUntouched()
    }

    @Test(arguments: ["null", "zero", "fd", "ptmx", "pts", "console", "core", "stdin"])
    func anEntryOfDevThatIsALink(_ name: String) throws {
        let bundle = try TestBundle(shell: "true", view: .guarded) {
            $0.root.readonly = false
            $0.mounts.removeAll { $0.destination.text?.hasPrefix("/dev") ?? false }
        }
        let precious = try Precious(bundle)
        symlink(precious.path + "/file", bundle.rootfs + "/dev/" + name)
        _ = try bundle.run()
        try precious.expectUntouched()
    }

    @Test(arguments: ["file", "directory", "missing", "missing/deeper"])
    func aMountTargetThatIsALink(_ name: String) throws {
        let bundle = try TestBundle(
            shell: "echo changed >/mnt/link 2>/dev/null; touch /mnt/link/x 2>/dev/null; true", view: .guarded
        ) {
            $0.root.readonly = false
        }
        let precious = try Precious(bundle)
        symlink(precious.path + "/" + name, bundle.rootfs + "/mnt/link")
        let file = try bundle.file("source", "source\n")
        try bundle.change {
            $0.mount("/mnt/link", source: file, "bind")
            $0.mount("/mnt/link", type: "tmpfs", source: "tmpfs")
            $0.linux.maskedPaths.append("/mnt/link")
            $0.linux.readonlyPaths.append("/mnt/link")
        }
        _ = try bundle.run()
        try precious.expectUntouched()
    }

    /// The target is resolved inside the image: the mount is there, where the link leads when / is the image.
    /// A bind that takes a single call asks the same of its place as one that takes more.
    @Test(arguments: [("/proc/fs", "inside /proc"), ("/", "top of the root file system")], ["bind", "ro"])
    func aBindOnALinkThatLeadsToNoPlace(_ link: (target: String, reason: String), _ option: String) throws {
        let bundle = try TestBundle(shell: "true", view: .guarded)
        let precious = try Precious(bundle)
        symlink(link.target, bundle.rootfs + "/mnt/link")
        try bundle.change { $0.mount("/mnt/link", type: "bind", source: precious.path, "bind", option) }
        try bundle.run().failed(naming: "mounts[", "destination", link.reason)
        try precious.expectUntouched()
    }

    @Test func anAbsoluteLinkIsResolvedInsideTheImage() throws {
        let bundle = try TestBundle(view: .guarded) { $0.root.readonly = false }
        let precious = try Precious(bundle)
        symlink(precious.path, bundle.rootfs + "/mnt/link")
        try bundle.change { $0.mount("/mnt/link/new", type: "tmpfs", source: "inside") }
        #expect(try bundle.mounts().at(precious.path + "/new")?.source == "inside")
        #expect(exists(bundle.rootfs + precious.path + "/new"))
        try precious.expectUntouched()
    }

    /// The working directory is made, also through links, inside the image only.
    @Test func aWorkingDirectoryThatLeadsOut() throws {
        let bundle = try TestBundle(shell: "pwd -P", view: .guarded) { $0.root.readonly = false }
        let precious = try Precious(bundle)
        symlink("../../../../../../../../../.." + precious.path, bundle.rootfs + "/mnt/out")
        try bundle.change { $0.process.cwd = "/mnt/out/made" }
        _ = try bundle.run()
        try precious.expectUntouched()
    }

    @Test func aDeviceWhoseParentLeadsOut() throws {
        let bundle = try TestBundle(shell: "true", view: .guarded) { $0.root.readonly = false }
        let precious = try Precious(bundle)
        symlink(precious.path, bundle.rootfs + "/mnt/out")
        try bundle.change {
            $0.linux.devices = [
                ["path": "/mnt/out/device", "type": "c", "major": 1, "minor": 3, "fileMode": 438],
                ["path": "/mnt/out/../directory/fifo", "type": "p"],
            ]
        }
        _ = try bundle.run()
        try precious.expectUntouched()
    }

    /// A fifo in the place of a device or a file must not stop the runtime.
    @Test(arguments: ["dev/null", "etc/passwd", "etc/group", "bin/sh"])
    func aFifo(_ name: String) throws {
        let bundle = try TestBundle(shell: "true", view: .guarded) {
            $0.mounts.removeAll { $0.destination.text?.hasPrefix("/dev") ?? false }
            $0.root.readonly = false
        }
        unlink(bundle.rootfs + "/" + name)
        mkfifo(bundle.rootfs + "/" + name, 0o666)
        _ = try bundle.launch(["run", "--bundle", bundle.path, bundle.id]).wait(seconds: 10)
        bundle.expectNothingLeft()
    }

    // MARK: The root itself

    @Test func aRootThatIsALink() throws {
        let bundle = try TestBundle(shell: "true", view: .guarded)
        let precious = try Precious(bundle)
        try FileManager.default.moveItem(atPath: bundle.rootfs, toPath: bundle.path + "/real")
        symlink(precious.path, bundle.rootfs)
        let output = try bundle.run()
        #expect(output.status == 1)
        try precious.expectUntouched()
    }

    @Test func aRootThatIsAFileOrMissing() throws {
        let bundle = try TestBundle(view: .guarded) { $0.root.path = "file" }
        try "".write(toFile: bundle.path + "/file", atomically: false, encoding: .utf8)
        try bundle.run().failed(from: "runc run failed: ", to: "not a directory")
        try bundle.change { $0.root.path = "/nosuch" }
        try bundle.run().failed(from: "runc run failed: ", to: "no such file or directory")
        bundle.expectNothingLeft()
    }
}
