import Testing

@testable import RuntimeSpec

/// Lists of processors and memory nodes.
@Suite struct NumberListTests {
    @Test(arguments: [
        ("0", [0]), ("0-3,7", [0, 1, 2, 3, 7]), ("7,0-3", [0, 1, 2, 3, 7]), (" 1 , 2 - 3 ", [1, 2, 3]),
        ("1,1,0-1", [0, 1]), ("5\n", [5]),
    ])
    func numbers(_ text: String, _ numbers: [Int]) {
        #expect(NumberList(text)?.numbers == numbers)
    }

    @Test(arguments: ["", ",", "3-1", "-1", "1-", "a", "+1", "65536", "1--2", "0x1"])
    func noLists(_ text: String) {
        #expect(NumberList(text) == nil)
    }

    @Test func manyRangesTakeLittleMemory() {
        let text = String(repeating: "0-65535,", count: 500) + "1"
        #expect(NumberList(text)?.numbers.count == 65536)
    }
}
