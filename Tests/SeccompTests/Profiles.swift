import LinuxKernel
import RuntimeSpec
import StrictJSON
import Testing

/// Profiles for tests.
enum Profiles {
    /// The names of the profiles that engines handed to a runtime.
    static let recorded = [
        "docker", "docker-compose", "docker-with-capability", "podman", "podman-kube", "podman-nothing",
        "podman-privileges",
    ]

    /// A recorded profile.
    static func load(_ name: String) throws -> SeccompProfile {
        let directory = #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(
            separator: "/")
        let bytes = try readRegularFile("\(directory)/Profiles/\(name).json", limit: 1 << 20)
        var reader = try JSONReader(bytes)
        return try profile(&reader)
    }

    private static func profile(_ reader: inout JSONReader) throws -> SeccompProfile {
        var profile = SeccompProfile(defaultAction: .allow)
        try members(&reader) { key, reader in
            switch key {
            case "defaultAction": profile.defaultAction = try name(&reader)
            case "defaultErrnoRet": profile.defaultErrnoRet = UInt32(try number(&reader))
            case "architectures": try elements(&reader) { profile.architectures.append(try name(&$0)) }
            case "syscalls": try elements(&reader) { profile.syscalls.append(try rule(&$0)) }
            default: Issue.record("unexpected \(key)")
            }
        }
        return profile
    }

    private static func rule(_ reader: inout JSONReader) throws -> SyscallRule {
        var rule = SyscallRule(names: [], action: .allow)
        try members(&reader) { key, reader in
            switch key {
            case "names": try elements(&reader) { rule.names.append(SyscallName(try $0.readString())) }
            case "action": rule.action = try name(&reader)
            case "errnoRet": rule.errnoRet = UInt32(try number(&reader))
            case "args": try elements(&reader) { rule.args.append(try argument(&$0)) }
            default: Issue.record("unexpected \(key)")
            }
        }
        return rule
    }

    private static func argument(_ reader: inout JSONReader) throws -> SyscallArgument {
        var argument = SyscallArgument(index: 0, value: 0, op: .equal)
        try members(&reader) { key, reader in
            switch key {
            case "index": argument.index = UInt32(try number(&reader))
            case "value": argument.value = try number(&reader)
            case "valueTwo": argument.valueTwo = try number(&reader)
            case "op": argument.op = try name(&reader)
            default: Issue.record("unexpected \(key)")
            }
        }
        return argument
    }

    private static func members(
        _ reader: inout JSONReader, _ body: (String, inout JSONReader) throws -> Void
    ) throws {
        _ = try reader.peek()
        try reader.beginObject()
        while try reader.nextMember() {
            let key = reader.string(of: reader.key)
            _ = try reader.peek()
            try body(key, &reader)
        }
    }

    private static func elements(_ reader: inout JSONReader, _ body: (inout JSONReader) throws -> Void) throws {
        _ = try reader.peek()
        try reader.beginArray()
        while try reader.nextElement() {
            _ = try reader.peek()
            try body(&reader)
        }
    }

    private static func name<Name: RawRepresentable>(
        _ reader: inout JSONReader
    ) throws -> Name where Name.RawValue == String {
        try #require(Name(rawValue: try reader.readString()))
    }

    private static func number(_ reader: inout JSONReader) throws -> UInt64 {
        let number = try reader.readNumber()
        return try #require(number.value(as: UInt64.self))
    }
}

/// Numbers that are the same in every run.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var value = state
        value = (value ^ (value >> 30)) &* 0xbf58_476d_1ce4_e5b9
        value = (value ^ (value >> 27)) &* 0x94d0_49bb_1331_11eb
        return value ^ (value >> 31)
    }
}
