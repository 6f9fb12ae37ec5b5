import ByteStrings
import Testing

@Test(arguments: [0, 1, 7, 8, 9, 33, 1000])
func aSetHoldsEachByteStringOnce(count: Int) {
    var set = ByteStringSet()
    let members =
        (0..<count).map { ByteString("member \($0)") } + [
            "", ByteString(bytes: [255, 0, 254]), ByteString(bytes: [255, 0]),
        ]
    let areNew = members.map { set.insert($0) }
    #expect(areNew == members.map { _ in true })
    let areNewAgain = members.reversed().map { set.insert($0) }
    #expect(areNewAgain == members.map { _ in false })
}
