import ByteStrings

/// What the kernel sees at the start of a program's file: a line that names an interpreter, or the header of ELF. See
/// execve(2), elf(5).
///
/// The file is the image's, so nothing in it is believed: what is asked for is bounded, and each number is checked.
package enum ProgramFormat: Equatable, Sendable {
    case empty
    /// `#!` and the path behind it, which is empty for a line that names nothing.
    case script(interpreter: [UInt8])
    /// A program for `machine` (`e_machine`), and the path of its loader if it asks for one.
    case elf(machine: UInt16, interpreter: [UInt8]?)
    case unknown

    /// How many bytes the kernel looks at for the line of a script.
    private static let longestLine = 256
    /// The longest path, `PATH_MAX`.
    private static let longestPath = 4096
    /// More program headers than this no program has.
    private static let mostHeaders = 128

    /// Reads the format through `read`, which gives the bytes of the file at an offset, or fewer at its end.
    package init(reading read: (_ offset: Int, _ count: Int) -> [UInt8]) {
        let start = read(0, Self.longestLine)
        if start.isEmpty {
            self = .empty
        } else if start.starts(with: "#!".utf8) {
            self = .script(interpreter: Self.interpreter(ofLine: start))
        } else if start.starts(with: [0x7f, UInt8(ascii: "E"), UInt8(ascii: "L"), UInt8(ascii: "F")]) {
            self = Self.elf(start, read)
        } else {
            self = .unknown
        }
    }

    private static func interpreter(ofLine start: [UInt8]) -> [UInt8] {
        func isBlank(_ byte: UInt8) -> Bool { byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") }
        let line = start.dropFirst(2).prefix { $0 != UInt8(ascii: "\n") && $0 != 0 }
        return Array(line.drop(while: isBlank).prefix { !isBlank($0) })
    }

    private static func elf(_ start: [UInt8], _ read: (Int, Int) -> [UInt8]) -> ProgramFormat {
        guard start.count >= 64, (1...2).contains(start[4]), (1...2).contains(start[5]) else { return .unknown }
        let header = Fields(bytes: start, isLittleEndian: start[5] == 1)
        let isWide = start[4] == 2
        let machine = UInt16(header.number(at: 18, size: 2))
        let offset = header.number(at: isWide ? 32 : 28, size: isWide ? 8 : 4)
        let size = Int(header.number(at: isWide ? 54 : 42, size: 2))
        let count = Int(header.number(at: isWide ? 56 : 44, size: 2))
        guard size >= (isWide ? 56 : 32), size <= 256, (1...mostHeaders).contains(count),
            let place = Int(exactly: offset)
        else { return .elf(machine: machine, interpreter: nil) }
        let table = read(place, size * count)
        for index in 0..<count where table.count >= (index + 1) * size {
            let entry = Fields(
                bytes: Array(table[index * size..<(index + 1) * size]), isLittleEndian: header.isLittleEndian)
            // PT_INTERP
            guard entry.number(at: 0, size: 4) == 3 else { continue }
            let position = Int(exactly: entry.number(at: isWide ? 8 : 4, size: isWide ? 8 : 4))
            let length = entry.number(at: isWide ? 32 : 16, size: isWide ? 8 : 4)
            guard let position, (2...UInt64(longestPath)).contains(length) else { break }
            return .elf(machine: machine, interpreter: Array(read(position, Int(length)).prefix { $0 != 0 }))
        }
        return .elf(machine: machine, interpreter: nil)
    }

    /// Numbers in a header, which the caller knows to be long enough.
    private struct Fields {
        package let bytes: [UInt8]
        package let isLittleEndian: Bool

        package func number(at offset: Int, size: Int) -> UInt64 {
            let field = bytes[offset..<offset + size]
            return (isLittleEndian ? Array(field.reversed()) : Array(field)).reduce(0) { $0 << 8 | UInt64($1) }
        }
    }

    /// The machine that this runtime was built for.
    package static var ownMachine: UInt16 {
        #if arch(x86_64)
            62
        #elseif arch(arm64)
            183
        #elseif arch(arm)
            40
        #elseif arch(i386)
            3
        #elseif arch(powerpc64) || arch(powerpc64le)
            21
        #elseif arch(s390x)
            22
        #elseif arch(riscv64)
            243
        #else
            0
        #endif
    }

    /// The usual name of a machine.
    package static func name(ofMachine machine: UInt16) -> String {
        switch machine {
        case 3: "x86 (32 bits)"
        case 8: "mips"
        case 20: "powerpc"
        case 21: "powerpc64"
        case 22: "s390x"
        case 40: "arm (32 bits)"
        case 62: "x86_64"
        case 183: "arm64 (aarch64)"
        case 243: "riscv64"
        case 258: "loongarch64"
        default: "machine " + String(machine)
        }
    }
}
