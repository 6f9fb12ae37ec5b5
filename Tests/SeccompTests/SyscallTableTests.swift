import RuntimeSpec
import Testing

@testable import Seccomp

@Suite struct SyscallTableTests {
    /// Every number that libseccomp knows is ours as well; what it lacks is newer than it.
    @Test(arguments: SeccompArchitecture.allCases.filter { Libseccomp.knows($0) })
    func numbersOfLibseccomp(_ architecture: SeccompArchitecture) throws {
        var missing: [String] = []
        for index in 0..<SyscallNames.count {
            let name = SyscallNames.name(at: index)
            #expect(SyscallName(name).place == index)
            // libseccomp gives these calls a number of its own where they may be multiplexed.
            if architecture.isMultiplexing, SyscallTable.multiplexed(index) != nil { continue }
            let ours = SyscallTable.slot(index, on: architecture).map { Int(architecture.number(ofSlot: $0)) }
            let theirs = Libseccomp.number(of: name, on: architecture)
            if theirs == nil, ours != nil { missing.append(name) } else { #expect(ours == theirs, "\(name)") }
        }
        let newer: Set = [
            "file_getattr", "file_setattr", "getxattrat", "listmount", "listns", "listxattrat", "lsm_get_self_attr",
            "lsm_list_modules", "lsm_set_self_attr", "mseal", "open_tree_attr", "removexattrat", "rseq_slice_yield",
            "setxattrat", "statmount",
        ]
        let ofOne: Set = ["map_shadow_stack", "riscv_hwprobe", "uprobe", "uretprobe"]
        #expect(Set(missing).subtracting(ofOne) == newer)
    }

    @Test func knownNumbers() throws {
        let numbers: [(String, SeccompArchitecture, UInt32)] = [
            ("read", .x86_64, 0), ("read", .x32, 0x4000_0000), ("socket", .x86, 359), ("openat2", .aarch64, 437),
            ("mseal", .mips64, 5462), ("clone3", .mips, 4435), ("clone3", .mipsel64n32, 6435),
            ("set_tls", .arm, 0xf_0005),
            ("listns", .x86_64, 470), ("execve", .m68k, 11), ("execve", .sh, 11), ("execve", .loongarch64, 221),
            ("uprobe", .x86_64, 336), ("riscv_hwprobe", .riscv64, 258),
        ]
        for (name, architecture, number) in numbers {
            let index = try #require(SyscallName(name).place)
            let slot = try #require(SyscallTable.slot(index, on: architecture))
            #expect(architecture.number(ofSlot: slot) == number, "\(name)")
        }
    }

    @Test(arguments: [
        "", "rea", "readd", "no_such_call", "lireread", "\u{0}", "ré", String(repeating: "a", count: 4000),
    ])
    func unknownNames(_ name: String) {
        #expect(SyscallName(name).place == nil)
        #expect(SyscallName(name).text == name)
    }
}
