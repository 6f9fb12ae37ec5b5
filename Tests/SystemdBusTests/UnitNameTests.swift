import Testing

@testable import SystemdBus

struct UnitNameTests {
    @Test(arguments: [
        ("system.slice", "/system.slice"), ("-.slice", ""), ("a-b.slice", "/a.slice/a-b.slice"),
        ("user-1000-x.slice", "/user.slice/user-1000.slice/user-1000-x.slice"),
    ])
    func slicesAreDirectories(name: String, path: String) {
        #expect(SliceName(name)?.path == path)
    }

    @Test(arguments: [
        "", ".slice", "a", "a.scope", "a/b.slice", "-a.slice", "a-.slice", "a--b.slice", "--.slice", "a\0b.slice",
    ])
    func otherNamesAreNoSlices(name: String) {
        #expect(SliceName(name) == nil)
    }

    @Test func aScopeLiesInItsSlice() throws {
        let slice = try #require(SliceName("machine-x.slice"))
        let unit = ContainerUnit(slice: slice, name: "libpod-1.scope", container: "1", isUser: false)
        #expect(unit.path == "/machine.slice/machine-x.slice/libpod-1.scope")
        #expect(!unit.isSlice)
    }

    @Test func aSliceLiesWhereItsNameSays() throws {
        let slice = try #require(SliceName("a.slice"))
        let unit = ContainerUnit(slice: slice, name: "a-b.slice", container: "a-b.slice", isUser: false)
        #expect(unit.path == "/a.slice/a-b.slice")
        #expect(unit.isSlice)
    }
}
