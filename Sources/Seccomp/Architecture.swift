import RuntimeSpec

extension SeccompArchitecture {
    /// The architecture that this program was built for.
    public static var native: SeccompArchitecture {
        #if arch(x86_64)
            .x86_64
        #elseif arch(arm64)
            .aarch64
        #elseif arch(i386)
            .x86
        #elseif arch(arm)
            .arm
        #elseif arch(riscv64)
            .riscv64
        #elseif arch(powerpc64le)
            .ppc64le
        #elseif arch(powerpc64)
            .ppc64
        #elseif arch(s390x)
            .s390x
        #else
            #error("name the architecture here")
        #endif
    }

    /// The value that the kernel reports to the filter, `AUDIT_ARCH_…`. See linux/audit.h.
    package var auditValue: UInt32 {
        switch self {
        case .x86: 0x4000_0003
        case .x86_64, .x32: 0xc000_003e
        case .arm: 0x4000_0028
        case .aarch64: 0xc000_00b7
        case .loongarch64: 0xc000_0102
        case .m68k: 0x0000_0004
        case .mips: 0x0000_0008
        case .mips64: 0x8000_0008
        case .mips64n32: 0xa000_0008
        case .mipsel: 0x4000_0008
        case .mipsel64: 0xc000_0008
        case .mipsel64n32: 0xe000_0008
        case .ppc: 0x0000_0014
        case .ppc64: 0x8000_0015
        case .ppc64le: 0xc000_0015
        case .s390: 0x0000_0016
        case .s390x: 0x8000_0016
        case .sh: 0x4000_002a
        case .sheb: 0x0000_002a
        case .parisc: 0x0000_000f
        case .parisc64: 0x8000_000f
        case .riscv64: 0xc000_00f3
        }
    }

    /// What the numbers of the table are relative to.
    var numberBase: UInt32 {
        switch self {
        case .x32: 0x4000_0000
        case .mips, .mipsel: 4000
        case .mips64, .mipsel64: 5000
        case .mips64n32, .mipsel64n32: 6000
        case .x86, .x86_64, .arm, .aarch64, .loongarch64, .m68k, .ppc, .ppc64, .ppc64le, .s390, .s390x, .sh, .sheb,
            .parisc, .parisc64, .riscv64:
            0
        }
    }

    /// Whether arguments have 64 bits; else the upper half of what the kernel reports is not looked at.
    var hasWideArguments: Bool {
        switch self {
        case .x86_64, .aarch64, .loongarch64, .mips64, .mipsel64, .ppc64, .ppc64le, .s390x, .parisc64, .riscv64: true
        case .x86, .x32, .arm, .m68k, .mips, .mips64n32, .mipsel, .mipsel64n32, .ppc, .s390, .sh, .sheb, .parisc: false
        }
    }

    /// Whether the upper half of an argument comes first in memory.
    var isBigEndian: Bool {
        switch self {
        case .m68k, .mips, .mips64, .mips64n32, .ppc, .ppc64, .s390, .s390x, .sheb, .parisc, .parisc64: true
        case .x86, .x86_64, .x32, .arm, .aarch64, .loongarch64, .mipsel, .mipsel64, .mipsel64n32, .ppc64le, .sh,
            .riscv64:
            false
        }
    }

    /// Whether socketcall(2) and ipc(2) exist beside or instead of the calls they stand for.
    var isMultiplexing: Bool {
        switch self {
        case .x86, .m68k, .mips, .mipsel, .ppc, .ppc64, .ppc64le, .s390, .s390x, .sh, .sheb: true
        case .x86_64, .x32, .arm, .aarch64, .loongarch64, .mips64, .mips64n32, .mipsel64, .mipsel64n32, .parisc,
            .parisc64, .riscv64:
            false
        }
    }

    /// Whether number 0 is no call but what is left of an unknown one: S/390 passes large numbers in a register.
    var hasPlaceholderZero: Bool { self == .s390 || self == .s390x }

    /// The numbers of this architecture.
    var numbers: StaticString {
        switch self {
        case .x86: SyscallTableData.x86
        case .x86_64: SyscallTableData.x86_64
        case .x32: SyscallTableData.x32
        case .arm: SyscallTableData.arm
        case .aarch64: SyscallTableData.aarch64
        case .loongarch64: SyscallTableData.loongarch64
        case .m68k: SyscallTableData.m68k
        case .mips, .mipsel: SyscallTableData.mips
        case .mips64, .mipsel64: SyscallTableData.mips64
        case .mips64n32, .mipsel64n32: SyscallTableData.mips64N32
        case .ppc: SyscallTableData.ppc
        case .ppc64, .ppc64le: SyscallTableData.ppc64
        case .s390: SyscallTableData.s390
        case .s390x: SyscallTableData.s390x
        case .sh, .sheb: SyscallTableData.sh
        case .parisc: SyscallTableData.parisc
        case .parisc64: SyscallTableData.parisc64
        case .riscv64: SyscallTableData.riscv64
        }
    }

    /// The name without its prefix, such as `x86_64`.
    package var shortName: String {
        switch self {
        case .x86: "x86"
        case .x86_64: "x86_64"
        case .x32: "x32"
        case .arm: "arm"
        case .aarch64: "aarch64"
        case .loongarch64: "loongarch64"
        case .m68k: "m68k"
        case .mips: "mips"
        case .mips64: "mips64"
        case .mips64n32: "mips64n32"
        case .mipsel: "mipsel"
        case .mipsel64: "mipsel64"
        case .mipsel64n32: "mipsel64n32"
        case .ppc: "ppc"
        case .ppc64: "ppc64"
        case .ppc64le: "ppc64le"
        case .s390: "s390"
        case .s390x: "s390x"
        case .sh: "sh"
        case .sheb: "sheb"
        case .parisc: "parisc"
        case .parisc64: "parisc64"
        case .riscv64: "riscv64"
        }
    }
}
