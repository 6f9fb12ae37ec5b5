import ByteStrings
import Testing

@testable import ContainerInit
@testable import ContainerPlan
@testable import ContainerRuntime
@testable import ContainerSteps

@Suite struct ProtobufTests {
    private func fields(_ bytes: [UInt8]) throws -> [ProtobufReader.Field] {
        var reader = ProtobufReader(bytes[...])
        var fields: [ProtobufReader.Field] = []
        while let field = try reader.next() { fields.append(field) }
        return fields
    }

    private static let largest: [UInt8] = [0x08] + [UInt8](repeating: 0xff, count: 9) + [0x01]

    private static let encodings: [(value: UInt64, bytes: [UInt8])] = [
        (0, [0x08, 0x00]), (1, [0x08, 0x01]), (127, [0x08, 0x7f]), (128, [0x08, 0x80, 0x01]),
        (300, [0x08, 0xac, 0x02]), (UInt64.max, largest),
    ]

    @Test(arguments: encodings)
    func numbers(_ value: UInt64, _ bytes: [UInt8]) throws {
        var writer = ProtobufWriter()
        writer.field(1, value)
        #expect(writer.bytes == bytes)
        #expect(try fields(bytes) == [ProtobufReader.Field(number: 1, value: .varint(value))])
    }

    /// `int32` has the length of `int64`.
    @Test(arguments: [Int32.min, -1, 0, 1, .max])
    func numbersWithSign(_ value: Int32) throws {
        var writer = ProtobufWriter()
        writer.field(2, value)
        #expect(writer.bytes.count == (value < 0 ? 11 : value == 0 || value == 1 ? 2 : 6))
        #expect(try fields(writer.bytes)[0].int32() == value)
    }

    @Test func textsAndMessages() throws {
        var writer = ProtobufWriter()
        writer.field(63, "caf\u{e9}" as ByteString)
        writer.message(11) {
            $0.field(1, "a" as ByteString)
            $0.field(2, Int32(5))
        }
        let all = try fields(writer.bytes)
        #expect(all.map(\.number) == [63, 11])
        #expect(try all[0].string() == "caf\u{e9}")
        #expect(try fields(Array(all[1].bytes())).map(\.number) == [1, 2])
    }

    /// What a later definition may have is passed over, whatever its kind.
    @Test func fixedNumbersAreRead() throws {
        let bytes: [UInt8] = [0x09, 1, 2, 3, 4, 5, 6, 7, 8, 0x15, 1, 2, 3, 4, 0x18, 7]
        #expect(try fields(bytes).map(\.number) == [1, 2, 3])
    }

    private static let longText: [UInt8] = [0x12] + [UInt8](repeating: 0xff, count: 9) + [0x01]
    private static let tooLarge: [UInt8] = [0x08] + [UInt8](repeating: 0xff, count: 9) + [0x02]
    private static let tooLong: [UInt8] = [0x08] + [UInt8](repeating: 0x80, count: 10) + [0x01]

    private static let faults: [(bytes: [UInt8], failure: ProtobufReader.Failure)] = [
        ([0x08], .truncated), ([0x08, 0x80], .truncated), ([0x12, 0x01], .truncated), (longText, .truncated),
        ([0x09, 1, 2, 3], .truncated), ([0x0d, 1, 2, 3], .truncated), (tooLarge, .overflow), (tooLong, .overflow),
        ([0x00, 0x00], .invalidKey), ([0x0b], .invalidKey), ([0x0c], .invalidKey), ([0x0f], .invalidKey),
        ([0x80, 0x80, 0x80, 0x80, 0x10, 0x00], .invalidKey),
    ]

    @Test(arguments: faults)
    func hostileBytes(_ bytes: [UInt8], _ failure: ProtobufReader.Failure) {
        #expect(throws: failure) { try fields(bytes) }
    }

    /// Reading ends with fields or with an error, whatever the bytes are.
    @Test func randomBytes() {
        var state: UInt64 = 0x9e37_79b9_7f4a_7c15
        for round in 0..<20_000 {
            let bytes = (0..<(round % 40)).map { _ -> UInt8 in
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                return UInt8(truncatingIfNeeded: state >> 56)
            }
            _ = try? fields(bytes)
            _ = try? CRIUResponse(bytes)
        }
    }
}
