import ByteStrings
import LinuxKernel
import Testing

@testable import apus

@Suite struct OutputTests {
    @Test func columnsAreTwelveWideOrThreeMoreThanTheLongest() {
        var table = TextTable(headings: ["ID", "PID", "STATUS", "BUNDLE", "CREATED", "OWNER"])
        table.append(["c1", "30434", "running", "/tmp/b2", "2026-11-24T11:16:45.3411254Z", "root"])
        table.append(["a-rather-long-identifie", "0", "stopped", "/tmp/b2", "2026-11-24T11:16:45.449169088Z", "#12345"])
        #expect(
            String(decoding: table.text, as: UTF8.self) == """
                ID                        PID         STATUS      BUNDLE      CREATED                          OWNER
                c1                        30434       running     /tmp/b2     2026-11-24T11:16:45.3411254Z     root
                a-rather-long-identifie   0           stopped     /tmp/b2     2026-11-24T11:16:45.449169088Z   #12345

                """)
        #expect(
            String(decoding: TextTable(headings: ["ID", "PID", "OWNER"]).text, as: UTF8.self)
                == "ID          PID         OWNER\n")
    }

    @Test func namesOfUsers() {
        let users = PasswordFile(
            Array("root:x:0:0:root:/root:/bin/sh\n:x:7:7::/:\nbroken\nbin:x:2:2:bin\ntoor:x:0:0::/:\n".utf8))
        #expect(users.name(of: 0) == "root")
        #expect(users.name(of: 2) == "bin")
        #expect(users.name(of: 7) == "#7")
        #expect(users.name(of: 12345) == "#12345")
        #expect(PasswordFile([]).name(of: 0) == "#0")
    }

    @Test func relativePathsStartAtTheWorkingDirectory() throws {
        #expect(try absolutePath("x/../y").lastComponent?.text == "y")
        #expect(try absolutePath("x").isAbsolute)
        #expect(try absolutePath("/x/") == "/x")
    }
}
