import Testing

@testable import apus

@Suite struct ExecUserTests {
    private func message<Value>(_ body: () throws(CommandError) -> Value) -> String? {
        do throws(CommandError) {
            _ = try body()
            return nil
        } catch {
            return error.message
        }
    }

    @Test func users() throws {
        #expect(try ExecUser("1000").user == 1000)
        #expect(try ExecUser("1000").group == nil)
        #expect(try ExecUser("0:5").group == 5)
    }

    @Test(arguments: [
        ("root", "bad uid: strconv.Atoi: parsing \"root\": invalid syntax"),
        ("", "bad uid: strconv.Atoi: parsing \"\": invalid syntax"),
        ("0:wheel", "bad gid: strconv.Atoi: parsing \"wheel\": invalid syntax"),
        ("0:", "bad gid: strconv.Atoi: parsing \"\": invalid syntax"),
        ("0:1:2", "bad gid: strconv.Atoi: parsing \"1:2\": invalid syntax"),
        ("4294967296", "bad uid: strconv.Atoi: parsing \"4294967296\": value out of range"),
        ("4294967295", "bad uid: strconv.Atoi: parsing \"4294967295\": value out of range"),
        ("-1", "bad uid: strconv.Atoi: parsing \"-1\": value out of range"),
    ])
    func noUsers(text: String, complaint: String) {
        #expect(message { () throws(CommandError) in try ExecUser(text) } == complaint)
    }

    @Test func groups() throws {
        #expect(try additionalGroups([1, 2]) == [1, 2])
        #expect(
            message { () throws(CommandError) in try additionalGroups([-1]) }
                == "additional-gids must be a positive number -1")
        #expect(message { () throws(CommandError) in try additionalGroups([4_294_967_295]) } != nil)
    }
}
