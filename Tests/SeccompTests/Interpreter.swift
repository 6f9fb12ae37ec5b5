@testable import Seccomp

/// What a filter is given, `struct seccomp_data`.
struct Call {
    var number: UInt32
    var architecture: UInt32
    var arguments: [UInt64] = [0, 0, 0, 0, 0, 0]
}

/// Runs programs of classic BPF as the kernel does, with the checks the kernel makes before it takes one.
final class Interpreter {
    private let code: UnsafeMutablePointer<UInt16>
    private let ifTrue: UnsafeMutablePointer<Int>
    private let ifFalse: UnsafeMutablePointer<Int>
    private let k: UnsafeMutablePointer<UInt32>
    private let words = UnsafeMutablePointer<UInt32>.allocate(capacity: 16)
    let count: Int

    enum Fault: Error {
        case invalid(at: Int)
    }

    /// Takes a program if the kernel would: known codes, aligned loads, jumps inside, a return at the end.
    init(_ program: [UInt64]) throws {
        count = program.count
        code = .allocate(capacity: count + 1)
        ifTrue = .allocate(capacity: count + 1)
        ifFalse = .allocate(capacity: count + 1)
        k = .allocate(capacity: count + 1)
        guard (1...4096).contains(count) else { throw Fault.invalid(at: count) }
        for (index, rawValue) in program.enumerated() {
            let instruction = Instruction(rawValue: rawValue)
            code[index] = instruction.code
            ifTrue[index] = Int(instruction.ifTrue)
            ifFalse[index] = Int(instruction.ifFalse)
            k[index] = instruction.k
            switch instruction.code {
            case Instruction.loadWord:
                guard instruction.k < 64, instruction.k % 4 == 0 else { throw Fault.invalid(at: index) }
            case Instruction.jump:
                guard index + 1 + Int(instruction.k) < count else { throw Fault.invalid(at: index) }
            case Instruction.jumpEqual, Instruction.jumpGreater, Instruction.jumpGreaterOrEqual,
                Instruction.jumpAnySet:
                let furthest = max(instruction.ifTrue, instruction.ifFalse)
                guard index + 1 + Int(furthest) < count else { throw Fault.invalid(at: index) }
            case Instruction.and, Instruction.giveBack: break
            default: throw Fault.invalid(at: index)
            }
        }
        guard code[count - 1] == Instruction.giveBack else { throw Fault.invalid(at: count - 1) }
    }

    deinit {
        code.deallocate()
        ifTrue.deallocate()
        ifFalse.deallocate()
        k.deallocate()
        words.deallocate()
    }

    /// The verdict on a call, as an architecture of this byte order sees its arguments.
    func run(_ call: Call, bigEndian: Bool) -> UInt32 {
        words[0] = call.number
        words[1] = call.architecture
        words[2] = 0
        words[3] = 0
        var index = 0
        while index < 6 {
            let argument = call.arguments[index]
            let low = UInt32(truncatingIfNeeded: argument), high = UInt32(truncatingIfNeeded: argument >> 32)
            words[4 + 2 * index] = bigEndian ? high : low
            words[5 + 2 * index] = bigEndian ? low : high
            index += 1
        }
        var accumulator: UInt32 = 0
        var pc = 0
        while true {
            let operand = k[pc]
            switch code[pc] {
            case 0x20: accumulator = words[Int(operand) >> 2]
            case 0x15: pc = pc &+ (accumulator == operand ? ifTrue[pc] : ifFalse[pc])
            case 0x35: pc = pc &+ (accumulator >= operand ? ifTrue[pc] : ifFalse[pc])
            case 0x25: pc = pc &+ (accumulator > operand ? ifTrue[pc] : ifFalse[pc])
            case 0x45: pc = pc &+ (accumulator & operand != 0 ? ifTrue[pc] : ifFalse[pc])
            case 0x06: return operand
            case 0x05: pc = pc &+ Int(operand)
            default: accumulator &= operand
            }
            pc = pc &+ 1
        }
    }
}
