import ContainerRuntime
import LinuxKernel
import Testing

@testable import ContainerInit
@testable import ContainerPlan
@testable import ContainerSteps

@Suite struct ProgramFormatTests {
    private func format(_ bytes: [UInt8]) -> ProgramFormat {
        ProgramFormat { offset, count in
            guard offset >= 0, offset < bytes.count else { return [] }
            return Array(bytes[offset..<min(bytes.count, offset + min(count, bytes.count - offset))])
        }
    }

    @Test(arguments: [
        ("#!/bin/sh\n", "/bin/sh"), ("#! /bin/sh -e\nx", "/bin/sh"), ("#!\t/bin/a\tb\n", "/bin/a"), ("#!", ""),
        ("#!\n/bin/sh", ""), ("#!/bin/sh\r\n", "/bin/sh\r"), ("#!/bin/sh", "/bin/sh"), ("#!/x\u{0}y\n", "/x"),
    ]) func scripts(_ text: String, _ interpreter: String) {
        #expect(format(Array(text.utf8)) == .script(interpreter: Array(interpreter.utf8)))
    }

    @Test func others() {
        #expect(format([]) == .empty)
        #expect(format(Array("echo".utf8)) == .unknown)
        #expect(format([0x7f, 0x45, 0x4c, 0x46]) == .unknown)
        #expect(format(Array("#!/".utf8) + [UInt8](repeating: 0x78, count: 1000)).isLongScript)
    }

    /// The test program itself is for this machine and has a loader.
    @Test func aProgramOfThisMachine() throws {
        let file = try FileDescriptor.open("/proc/self/exe")
        let found = ProgramFormat { offset, count in
            (try? file.readFromStart(count: count, offset: offset)) ?? []  // a short file gives less
        }
        guard case .elf(let machine, let interpreter) = found else {
            Issue.record("\(found)")
            return
        }
        #expect(machine == ProgramFormat.ownMachine)
        #expect(interpreter?.first == UInt8(ascii: "/"))
    }

    /// Whatever the header says, nothing traps, and what is asked for stays small.
    @Test func hostileHeaders() throws {
        let file = try FileDescriptor.open("/proc/self/exe")
        let start = try file.readFromStart(count: 4096)
        var generator = SystemRandomNumberGenerator()
        let extremes: [UInt8] = [0, 1, 2, 0x7f, 0x80, 0xff]
        for _ in 0..<20_000 {
            var bytes = start
            for _ in 0..<Int.random(in: 1...12, using: &generator) {
                let place = Int.random(in: 4..<200, using: &generator)
                bytes[place] = Bool.random(using: &generator) ? extremes.randomElement()! : .random(in: 0...255)
            }
            bytes.removeLast(Int.random(in: 0..<bytes.count, using: &generator) / Int.random(in: 1...40))
            _ = ProgramFormat { offset, count in
                #expect(offset >= 0 && (0...33_000).contains(count))
                guard offset >= 0, offset < bytes.count else { return [] }
                return Array(bytes[offset..<min(bytes.count, offset + count)])
            }
        }
    }
}

extension ProgramFormat {
    fileprivate var isLongScript: Bool {
        if case .script(let interpreter) = self { interpreter.count == 254 } else { false }
    }
}
