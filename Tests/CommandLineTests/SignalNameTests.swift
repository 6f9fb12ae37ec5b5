import Testing

@testable import apus

@Suite struct SignalNameTests {
    @Test(
        arguments: [
            ("TERM", 15), ("SIGTERM", 15), ("term", 15), ("sigKill", 9), ("9", 9), ("0", 0), ("-9", -9), ("999", 999),
            ("HUP", 1), ("STKFLT", 16), ("CHLD", 17), ("IO", 29), ("PWR", 30), ("SYS", 31), ("RTMIN", 34),
            ("SIGRTMIN+3", 37), ("rtmax-1", 63), ("RTMAX", 64), ("99999999999", 2_147_483_647),
        ] as [(String, Int32)])
    func known(text: String, number: Int32) {
        #expect(SignalName.number(text) == number)
    }

    @Test(arguments: ["FOO", "", "SIG", "SIGSIGTERM", "CLD", "POLL", "IOT", "RTMIN+31", "RTMIN-1", "RTMAX-99", "0x9"])
    func unknown(text: String) {
        #expect(SignalName.number(text) == nil)
    }
}
