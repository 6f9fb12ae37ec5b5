import LinuxKernel
import Testing

@testable import ContainerInit
@testable import ContainerPlan
@testable import ContainerRuntime
@testable import ContainerSteps
@testable import RuntimeSpec

struct MountOptionsTests {
    @Test func tableIsSortedForItsSearch() {
        #expect(knownMountOptions == knownMountOptions.sorted())
        #expect(Set(knownMountOptions).count == knownMountOptions.count)
        for name in knownMountOptions { #expect(MountOption.named(ByteString(name))?.name.description == name) }
        for name in ["", "a", "zz", "r", "rop", "uid=0", "\u{e9}"] {
            #expect(MountOption.named(ByteString(name)) == nil)
        }
    }

    /// What the check of a configuration takes for the runtime's own word is what the plan knows, and nothing else.
    @Test func theCheckAndThePlanKnowTheSameWords() {
        let checked = RuntimeSpec.MountOption.standardNames + RuntimeSpec.MountOption.extensionNames
        #expect(checked.map(\.text).sorted() == knownMountOptions.sorted())
        #expect(Set(checked).count == checked.count)
        for name in knownMountOptions { #expect(RuntimeSpec.MountOption.isStandard(ByteString(name)), "\(name)") }
        for name in ["size=1m", "mode=755", "", "ROBIND"] {
            #expect(!RuntimeSpec.MountOption.isStandard(ByteString(name)), "\(name)")
        }
    }

    @Test(
        arguments: [
            ("ro", MountFlags.readOnly), ("nosuid", .noSetuid), ("nodev", .noDevices), ("noexec", .noExec),
            ("sync", .synchronous), ("dirsync", .directorySynchronous), ("noatime", .noAccessTime),
            ("nodiratime", .noDirectoryAccessTime), ("relatime", .relativeAccessTime),
            ("strictatime", .strictAccessTime),
            ("iversion", .inodeVersion), ("lazytime", .lazyTime), ("silent", .silent), ("mand", .mandatoryLocks),
            ("nosymfollow", .noSymbolicLinks), ("bind", .bind), ("rbind", [.bind, .recursive]), ("remount", .remount),
        ] as [(String, MountFlags)])
    func wordSetsFlag(_ word: String, _ flags: MountFlags) throws {
        let options = try MountOptions.parse([ByteString(word)])
        #expect(options.flags == flags)
        #expect(options.cleared == [])
        #expect(options.data == "")
    }

    @Test(
        arguments: [
            ("rw", MountFlags.readOnly), ("suid", .noSetuid), ("dev", .noDevices), ("exec", .noExec),
            ("async", .synchronous), ("atime", .noAccessTime), ("diratime", .noDirectoryAccessTime),
            ("norelatime", .relativeAccessTime), ("nostrictatime", .strictAccessTime), ("noiversion", .inodeVersion),
            ("nolazytime", .lazyTime), ("loud", .silent), ("nomand", .mandatoryLocks), ("symfollow", .noSymbolicLinks),
        ] as [(String, MountFlags)])
    func wordClearsFlag(_ word: String, _ flags: MountFlags) throws {
        var options = try MountOptions.parse([ByteString(word)])
        #expect(options.flags == [])
        #expect(options.cleared == flags)
        options = try MountOptions.parse(["ro", "nosuid", "nodev", "noexec", ByteString(word)])
        #expect(options.flags.isDisjoint(with: flags))
    }

    @Test func lastOfContradictingWordsWins() throws {
        var options = try MountOptions.parse(["ro", "rw"])
        #expect(options.flags == [])
        #expect(options.cleared == .readOnly)
        options = try MountOptions.parse(["rw", "ro"])
        #expect(options.flags == .readOnly)
        #expect(options.cleared == [])
        options = try MountOptions.parse(["rro", "rrw"])
        #expect(options.recursivelySet == [])
        #expect(options.recursivelyCleared == .readOnly)
    }

    @Test(
        arguments: [
            ("private", MountFlags.privatePropagation), ("rprivate", [.privatePropagation, .recursive]),
            ("shared", .shared), ("rshared", [.shared, .recursive]), ("slave", .slave),
            ("rslave", [.slave, .recursive]),
            ("unbindable", .unbindable), ("runbindable", [.unbindable, .recursive]),
        ] as [(String, MountFlags)])
    func wordChangesPropagation(_ word: String, _ flags: MountFlags) throws {
        let options = try MountOptions.parse([ByteString(word), "private"])
        #expect(options.propagation == [flags, .privatePropagation])
        #expect(options.flags == [])
    }

    @Test(
        arguments: [
            ("rro", MountAttributes.readOnly, MountAttributes()), ("rrw", [], .readOnly),
            ("rnosuid", .noSetuid, []), ("rsuid", [], .noSetuid), ("rnodev", .noDevices, []), ("rdev", [], .noDevices),
            ("rnoexec", .noExec, []), ("rexec", [], .noExec), ("rnodiratime", .noDirectoryAccessTime, []),
            ("rdiratime", [], .noDirectoryAccessTime), ("rnosymfollow", .noSymbolicLinks, []),
            ("rsymfollow", [], .noSymbolicLinks), ("rrelatime", [], .accessTimeField),
            ("rnorelatime", [], .accessTimeField), ("rnoatime", .noAccessTime, .accessTimeField),
            ("ratime", [], .accessTimeField), ("rstrictatime", .strictAccessTime, .accessTimeField),
            ("rnostrictatime", [], .accessTimeField),
        ] as [(String, MountAttributes, MountAttributes)])
    func wordChangesWholeTree(_ word: String, _ set: MountAttributes, _ cleared: MountAttributes) throws {
        let options = try MountOptions.parse([ByteString(word)])
        #expect(options.recursivelySet == set)
        #expect(options.recursivelyCleared == cleared)
        #expect(options.flags == [])
        #expect(options.data == "")
    }

    @Test func unknownWordsAreDataInTheirOrder() throws {
        let options = try MountOptions.parse(["size=1m", "ro", "X-mount.mkdir", "defaults", "", "mode=700", "acl"])
        #expect(options.data == "size=1m,X-mount.mkdir,mode=700,acl")
        #expect(options.flags == .readOnly)
    }

    @Test func idMapsAreRead() throws {
        #expect(try MountOptions.parse(["idmap"]).idMap == MountOptions.IDMap(recursively: false))
        #expect(try MountOptions.parse(["ridmap"]).idMap == MountOptions.IDMap(recursively: true))
        let map = try MountOptions.parse(["idmap=uids=0-1000-1#@1-2-3;gids=@5-6-7"]).idMap
        #expect(
            map?.uids.map(\.mapping) == [
                IDMapping(containerID: 0, hostID: 1000, size: 1), IDMapping(containerID: 1, hostID: 2, size: 3),
            ])
        #expect(map?.uids.map(\.isRelative) == [false, true])
        #expect(map?.gids.map(\.isRelative) == [true])
    }

    @Test(arguments: [
        "idmap=", "idmap=uids=0-0-1", "idmap=uids=0-0-1;gids=0-0", "idmap=uids=0-0-0;gids=0-0-1",
        "idmap=uids=0-4294967296-1;gids=0-0-1", "idmap=uids=-1-0-1;gids=0-0-1", "idmap=foo=0-0-1",
        "idmap=uids=+1-0-1;gids=0-0-1", "idmap=uids=0-0-1#;gids=0-0-1",
    ])
    func malformedIDMapIsAnError(_ word: String) {
        #expect(throws: ContainerError.self) { try MountOptions.parse([ByteString(word)]) }
    }

    @Test func dataKeepsQuotesTogether() {
        #expect(
            MountData.options("size=1m,context=\"a:b,c\",ro,x=") == [
                MountData.Option(key: "size", value: "1m"), MountData.Option(key: "context", value: "a:b,c"),
                MountData.Option(key: "ro", value: nil), MountData.Option(key: "x", value: ""),
            ])
        #expect(MountData.names("mode", in: "size=1,mode=700"))
        #expect(!MountData.names("mode", in: "ptmxmode=0666"))
        #expect(MountData.removing("gid", from: "ptmxmode=0666,gid=5,mode=0620") == "ptmxmode=0666,mode=0620")
        #expect(MountData.layers("/a:/b\\:c:/d") == ["/a", "/b:c", "/d"])
    }
}
