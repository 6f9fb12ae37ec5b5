import Foundation
import Testing

/// Programs that are found and that the kernel does not execute: the container's own standard error says why.
@Suite(.containers, .requires(.root, .runtime))
struct ExecutionFailureTests {
    struct Program: Sendable, CustomTestStringConvertible {
        let bytes: [UInt8]
        let text: String

        init(_ text: String, _ bytes: [UInt8]) {
            self.bytes = bytes
            self.text = text
        }

        init(_ text: String, script: String) { self.init(text, Array(script.utf8)) }

        var testDescription: String { text }
    }

    /// An ELF header for 64 bits, little endian, with one program header that names a loader.
    private static func elf(machine: UInt8, interpreter: String) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: 120)
        bytes.replaceSubrange(0..<8, with: [0x7f, 0x45, 0x4c, 0x46, 2, 1, 1, 0])
        bytes[16] = 2  // ET_EXEC
        bytes[18] = machine
        bytes[20] = 1
        bytes[32] = 64  // e_phoff
        bytes[52] = 64
        bytes[54] = 56  // e_phentsize
        bytes[56] = 1  // e_phnum
        bytes[64] = 3  // PT_INTERP
        bytes[72] = 120  // p_offset
        bytes[96] = UInt8(interpreter.utf8.count + 1)
        bytes[104] = UInt8(interpreter.utf8.count + 1)
        return bytes + Array(interpreter.utf8) + [0]
    }

    #if arch(x86_64)
        private static let machines: (own: UInt8, other: UInt8) = (62, 183)
        private static let other = "arm64 (aarch64)"
    #else
        private static let machines: (own: UInt8, other: UInt8) = (183, 62)
        private static let other = "x86_64"
    #endif

    private static let programs: [Program] = [
        Program(
            "no such file or directory (the interpreter /mmnnttbb of the #! line is missing)",
            script: "#!/mmnnttbb foo bar\nsh\n"),
        Program(
            "no such file or directory (the interpreter /bin/sh\\r of the #! line is missing: the line ends with a "
                + "carriage return)", script: "#!/bin/sh\r\necho\r\n"),
        Program(
            "no such file or directory (the interpreter /lib/no-ld.so that the program is linked for is missing)",
            elf(machine: machines.own, interpreter: "/lib/no-ld.so")),
        Program("exec format error (the file has neither a #! line nor an ELF header)", script: "garbage\n"),
        Program("exec format error (the file is empty)", script: ""),
        Program("exec format error (the #! line names no interpreter)", script: "#!  \n"),
        Program(
            "exec format error (the file is for \(other), and this machine is ",
            elf(machine: machines.other, interpreter: "/lib/no-ld.so")),
        Program(
            "permission denied (the interpreter /etc/passwd of the #! line may not be executed)",
            script: "#!/etc/passwd\n"),
    ]

    private func bundle(_ program: Program, _ change: (inout JSONValue) -> Void = { _ in }) throws -> TestBundle {
        let bundle = try TestBundle {
            $0.process.args = ["/run.sh"]
            change(&$0)
        }
        try Data(program.bytes).write(to: URL(fileURLWithPath: bundle.rootfs + "/run.sh"))
        chmod(bundle.rootfs + "/run.sh", 0o755)
        return bundle
    }

    @Test(arguments: programs) func theFirstProcess(_ program: Program) throws {
        let output = try bundle(program).run()
        #expect(output.status == 255)
        // runc's words are the start of the one line.
        #expect(output.stderr.hasPrefix("exec /run.sh: " + program.text), "\(output.stderr)")
        #expect(output.stderr.split(separator: "\n").count == 1)
    }

    @Test(arguments: programs) func afterStart(_ program: Program) throws {
        let bundle = try bundle(program)
        let create = try bundle.launch(["create", "--bundle", bundle.path, bundle.id])
        try create.wait().succeeded()
        try bundle.start().succeeded()
        try bundle.waitUntilStopped()
        eventually("the message is there") { create.partialError.hasPrefix("exec /run.sh: " + program.text) }
    }

    @Test func anExec() throws {
        let bundle = try bundle(Self.programs[0]) { $0.process.args = ["sleep", "1000"] }.running()
        let output = try bundle.apus("exec", bundle.id, "/run.sh")
        #expect(output.status == 255)
        #expect(output.stderr.hasPrefix("exec /run.sh: " + Self.programs[0].text), "\(output.stderr)")
    }

    /// A filter that would kill whoever looks at the program: runc's words are all there is, and the exit status stays.
    @Test(arguments: ["SCMP_ACT_KILL_PROCESS", "SCMP_ACT_TRAP", "SCMP_ACT_ERRNO"]) func behindAFilter(_ action: String)
        throws
    {
        let bundle = try bundle(Self.programs[0]) {
            $0.process.noNewPrivileges = true
            $0.linux.seccomp = [
                "defaultAction": "SCMP_ACT_ALLOW",
                "syscalls": [["names": ["openat", "openat2", "pread64"], "action": .string(action)]],
            ]
        }
        let output = try bundle.run()
        #expect(output.status == 255, "\(output.stderr)")
        #expect(output.stderr == "exec /run.sh: no such file or directory\n")
    }

    @Test func behindAFilterThatLetsItLook() throws {
        let bundle = try bundle(Self.programs[0]) {
            $0.process.noNewPrivileges = true
            $0.linux.seccomp = [
                "defaultAction": "SCMP_ACT_ALLOW",
                "syscalls": [["names": ["mkdir"], "action": "SCMP_ACT_KILL_PROCESS"]],
            ]
        }
        #expect(try bundle.run().stderr.contains(Self.programs[0].text))
    }
}
