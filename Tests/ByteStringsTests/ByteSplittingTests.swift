import ByteStrings
import Testing

@Test(arguments: ["", ",", ",,", "a", "a,b", ",a,,b,", "a,b,c,d", ",,,a"], [0, 1, 2, 3, Int.max])
func splitsAsTheStandardLibraryDoes(text: String, maxSplits: Int) {
    for omits in [true, false] {
        let expected = Array(text.utf8).split(
            separator: UInt8(ascii: ","), maxSplits: maxSplits, omittingEmptySubsequences: omits)
        let parts = ByteString(text).split(
            separator: UInt8(ascii: ","), maxSplits: maxSplits, omittingEmptySubsequences: omits)
        #expect(parts.map { Array($0) } == expected.map { Array($0) })
        // The places are those of the string.
        #expect(parts.map(\.startIndex) == expected.map(\.startIndex))
        let slice = ByteString("x" + text)[1...]
        let ofSlice = slice.split(
            separator: UInt8(ascii: ","), maxSplits: maxSplits, omittingEmptySubsequences: omits)
        #expect(ofSlice.map { Array($0) } == expected.map { Array($0) })
        #expect(ofSlice.map(\.startIndex) == expected.map { $0.startIndex + 1 })
    }
}

@Test func findsTheLineThatAWordBegins() {
    let file: ByteString = "Name:\tSigIgn:\t1\nSigIgn:\t0000000000001000\nSigCgt:\t2\n"
    #expect(file.restOfLine(behind: "SigIgn:\t") == "0000000000001000")
    #expect(file.restOfLine(behind: "SigCgt:\t") == "2")
    #expect(file.restOfLine(behind: "Sig") == "Ign:\t0000000000001000")
    #expect(file.restOfLine(behind: "SigBlk:\t") == nil)
    #expect(file.restOfLine(behind: "SigCgt:\t2\n") == nil)
    #expect(ByteString("ab").restOfLine(behind: "ab") == "")
    #expect(ByteString("ab").restOfLine(behind: "abc") == nil)
    #expect(ByteString().restOfLine(behind: "a") == nil)
}
