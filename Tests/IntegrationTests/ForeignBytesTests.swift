import CIntegrationSupport
import Foundation
import Testing

/// Names that are no text, or that a program which takes them for text confuses with others: a slash behind U+0600 or
/// before U+0301 is a slash, bytes that are not UTF-8 are bytes, and two forms of one letter are two names.
@Suite(.containers, .requires(.root, .runtime))
struct ForeignBytesTests {
    /// Ways to lead into a directory of the host for whoever does not see the slash in the link's text.
    static let links: [(directory: String, target: String)] = [
        ("p\u{600}", "p\u{600}/new"), ("p", "p/\u{301}new"), ("p\u{600}", "p\u{600}/\u{301}new"),
        ("p\u{6dd}", "./p\u{6dd}/new"), ("p\r", "p\r/\nnew"),
    ]

    private func image(_ link: (directory: String, target: String)) throws -> (TestBundle, HostileRootfsTests.Precious)
    {
        let bundle = try TestBundle(shell: "true", view: .guarded) { $0.root.readonly = false }
        let precious = try HostileRootfsTests.Precious(bundle)
        symlink(precious.path, bundle.rootfs + "/" + link.directory)
        symlink(link.target, bundle.rootfs + "/x")
        return (bundle, precious)
    }

    @Test(arguments: links) func aMountOnALink(directory: String, target: String) throws {
        for isDirectory in [false, true] {
            let (bundle, precious) = try image((directory, target))
            let source = isDirectory ? bundle.directory("source") : try bundle.file("source", "source\n")
            try bundle.change { $0.mount("/x", source: source, "bind") }
            try bundle.run().succeeded()
            try precious.expectUntouched()
            bundle.expectNothingLeft()
        }
        let (bundle, precious) = try image((directory, target))
        try bundle.change { $0.mount("/x/deeper", type: "tmpfs", source: "inside") }
        #expect(try bundle.mounts().contains { $0.source == "inside" }, "the mount is in the container")
        try precious.expectUntouched()
        bundle.expectNothingLeft()
    }

    @Test(arguments: links) func aDeviceOnALink(directory: String, target: String) throws {
        let (bundle, precious) = try image((directory, target))
        try bundle.change { $0.linux.devices = [["path": "/x/device", "type": "c", "major": 1, "minor": 3]] }
        try bundle.run().succeeded()
        try precious.expectUntouched()
    }

    @Test(arguments: links) func hiddenPathsAndTheWorkingDirectoryBehindALink(directory: String, target: String) throws
    {
        let (bundle, precious) = try image((directory, target))
        try bundle.change {
            $0.linux.maskedPaths.append("/x")
            $0.linux.readonlyPaths.append("/x")
        }
        try bundle.run().succeeded()
        try precious.expectUntouched()
        // The link dangles in the container, so nothing can be made below it.
        try bundle.change { $0.process.cwd = "/x/made/by/runtime" }
        let failure = try bundle.run()
        #expect(failure.status == 1)
        #expect(failure.stderr.contains("process.cwd: mkdir /x/made: no such file or directory"))
        try precious.expectUntouched()
        bundle.expectNothingLeft()
    }

    /// The host's devices: the runtime removes and makes files in the image's /dev.
    @Test(arguments: links) func aDevThatIsALink(directory: String, target: String) throws {
        let (bundle, precious) = try image((directory, target))
        try bundle.change { $0.mounts.removeAll { $0.destination.text?.hasPrefix("/dev") ?? false } }
        removeTree(bundle.rootfs + "/dev")
        symlink(target, bundle.rootfs + "/dev")
        _ = try bundle.run()
        try precious.expectUntouched()
        bundle.expectNothingLeft()
    }

    private static let latin: [CChar] = [0x6c, 0x61, 0x74, -23, 0]  // "lat\xe9" in Latin-1

    private func path(_ directory: String, _ name: [CChar], _ rest: String = "") -> [CChar] {
        Array(directory.utf8CString.dropLast()) + [0x2f] + name.dropLast() + Array(rest.utf8CString)
    }

    @Test func aLinkToANameInLatin1() throws {
        let bundle = try TestBundle(
            shell: "touch /latlink/a/f && test -e \"$(printf '/lat\\351/a/f')\" && echo there", view: .guarded
        ) { $0.root.readonly = false }
        mkdir(path(bundle.rootfs, Self.latin), 0o755)
        symlink(Self.latin, bundle.rootfs + "/latlink")
        try bundle.change { $0.mount("/latlink/a", type: "tmpfs", source: "inside") }
        #expect(try bundle.run().succeeded().stdout == "there\n")
        #expect(access(path(bundle.rootfs, Self.latin, "/a"), F_OK) == 0, "the place was made in the directory")
        #expect(access(path(bundle.rootfs, Self.latin, "/a/f"), F_OK) != 0, "the file is in the mount")
        bundle.expectNothingLeft()
    }

    @Test func namesInLatin1AreCopiedUp() throws {
        let bundle = try TestBundle(
            shell: "cat \"$(printf '/data/lat\\351')\"; readlink \"$(printf '/data/l\\351')\" | od -An -tx1",
            view: .guarded
        ) { $0.mount("/data", type: "tmpfs", source: "tmpfs", "tmpcopyup") }
        mkdir(bundle.rootfs + "/data", 0o755)
        let file = try #require(fopen(path(bundle.rootfs + "/data", Self.latin), "w"))
        fputs("content\n", file)
        fclose(file)
        symlink(Self.latin, path(bundle.rootfs + "/data", [0x6c, -23, 0]))
        #expect(try bundle.run().succeeded().stdout == "content\n 6c 61 74 e9 0a\n")
    }

    /// What a shell prints, with the runtime's command line for `arguments` in its positional parameters.
    private func shell(
        _ bundle: TestBundle, _ script: String, _ arguments: String..., directory: String? = nil
    ) throws -> Output {
        try Command(["sh", "-c", script, "sh"] + bundle.arguments(arguments), directory: directory).wait()
    }

    @Test func argumentsAndVariablesOfExecAreBytes() throws {
        let bundle = try TestBundle(shell: "sleep 1000").running()
        let arguments = try shell(
            bundle, "\"$@\" \"$(printf 'a\\351\\r\\n')\" | od -An -tx1", "exec", bundle.id, "printf", "%s")
        #expect(try arguments.succeeded().stdout == " 61 e9 0d\n")
        let variables = try shell(
            bundle, "id=$4; shift 4; \"$@\" --env \"A=$(printf '\\351')\" $id sh -c 'printf %s \"$A\"' | od -An -tx1",
            "exec", global: bundle)
        #expect(try variables.succeeded().stdout == " e9\n")
    }

    private func shell(
        _ bundle: TestBundle, _ script: String, _ command: String, global: TestBundle
    ) throws -> Output {
        // The id comes first, so that the script can put flags before it.
        try Command(["sh", "-c", script, "sh", "", "", "", global.id] + bundle.arguments([command])).wait()
    }

    @Test func aCallerInADirectoryInLatin1() throws {
        let bundle = try TestBundle(shell: "sleep 1000") {
            $0.hooks.poststop = [
                ["path": "/bin/sh", "args": ["sh", "-c", "pwd | od -An -c | grep -q 351 && touch ended"]]
            ]
        }
        let parent = bundle.directory("parent")
        mkdir(path(parent, Self.latin), 0o755)
        rename(bundle.path, path(parent, Self.latin, "/bundle"))
        let enter = "cd \"$(printf 'lat\\351')\"/bundle && "
        #expect(try shell(bundle, enter + "\"$@\"", "create", bundle.id, directory: parent).status == 0)
        try bundle.start().succeeded()
        #expect(
            try shell(bundle, enter + "\"$@\"", "exec", bundle.id, "echo", "in", directory: parent).stdout == "in\n")
        #expect(try bundle.state().bundle.text?.hasSuffix("/lat\u{fffd}/bundle") == true, "JSON is text")
        try bundle.delete("--force").succeeded()
        #expect(access(path(parent, Self.latin, "/bundle/ended"), F_OK) == 0, "the hook ran in the bundle")
        let specification = enter + "rm config.json && \"$@\" && test -s config.json"
        #expect(try shell(bundle, specification, "spec", directory: parent).status == 0)
        bundle.expectNothingLeft()
    }

    @Test func flagsTakePathsInLatin1() throws {
        let bundle = try TestBundle(shell: "echo ran")
        let parent = bundle.directory("parent")
        rename(bundle.path, path(parent, Self.latin))
        let script = "\"$@\" --bundle \"$(printf 'lat\\351')\" --pid-file \"$(printf 'pid\\351')\" ID; cat pid* >&2"
            .replacingOccurrences(of: "ID", with: bundle.id)
        let output = try shell(bundle, script, "run", directory: parent)
        #expect(output.stdout == "ran\n")
        #expect(Int(output.stderr) != nil)
    }

    @Test func formsOfOneLetterAreDifferentNames() throws {
        let bundle = try TestBundle(
            shell: "test -p /dev/\u{e9} && test -p /dev/e\u{301}"
                + " && tr '\\0' '\\n' </proc/$$/environ | grep -c ^VARIABLE"
        ) {
            $0.annotations = ["FIRST": "composed", "SECOND": "decomposed"]
            $0.process.env.append("VARIABLE\u{e9}=1")
            $0.process.env.append("VARIABLEe\u{301}=2")
            $0.linux.devices = [
                ["path": "/dev/\u{e9}", "type": "p"], ["path": "/dev/e\u{301}", "type": "p", "fileMode": 0o600],
            ]
        }
        // Written as text: a dictionary of the test would take both for one.
        let text = try bundle.configuration().description
        try bundle.write(
            text: text.replacingOccurrences(of: "FIRST", with: "\u{e9}")
                .replacingOccurrences(of: "SECOND", with: "e\u{301}"))
        let read = try bundle.createReading()
        let state = try bundle.apus("state", bundle.id).succeeded().stdout
        #expect(state.contains("\"decomposed\"") && state.contains("\"composed\""))
        try bundle.start().succeeded()
        eventually("the program has ended") { read() == "2\n" }
    }

    /// Of what the container says nothing but that it is ready reaches the service manager.
    @Test(.requires(.program("python3")), arguments: ["\r\n", "\u{301}\n", "\n"])
    func nothingOfTheContainerReachesTheServiceManager(_ separator: String) throws {
        let bundle = try TestBundle(shell: "sleep 1000")
        let socket = try SocketListener(datagram: true)
        try bundle.launch(
            ["create", "--bundle", bundle.path, bundle.id], environment: ["NOTIFY_SOCKET": socket.path]
        ).wait().succeeded()
        let start = try bundle.launch(["start", bundle.id], environment: ["NOTIFY_SOCKET": socket.path])
        let path = bundle.stateRoot + "/" + bundle.id + "/notify/notify.sock"
        eventually("the socket is there") { exists(path) }
        let message = ["STATUS=x", "READY=1", "MAINPID=1", "WATCHDOG=trigger"].joined(separator: separator)
        try Command.run(
            "python3", "-c",
            "import socket,sys; s=socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM); s.connect(sys.argv[1]);"
                + "s.send(sys.argv[2].encode()); s.send(b'READY=1')", path, message
        ).succeeded()
        #expect(try socket.receive().text == "READY=1\n")
        #expect(try socket.receive().text == "MAINPID=\(try bundle.pid())\n")
        let barrier = try socket.receive()
        #expect(barrier.text == "BARRIER=1")
        barrier.closeDescriptors()
        #expect(start.wait().status == 0)
    }
}
