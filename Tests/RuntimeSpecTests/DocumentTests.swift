import RuntimeSpec
import Testing

@Suite struct EngineDocumentTests {
    @Test func findsTheDocuments() {
        #expect(TestDocument.configurations.count > 30)
        #expect(TestDocument.processes.count > 5)
        #expect(TestDocument.resources.count == 1)
    }

    @Test(arguments: TestDocument.configurations) func acceptsConfigurations(_ document: TestDocument) throws {
        let spec = try Spec(json: document.bytes())
        #expect(spec.validate() == [])
        #expect(spec.unknownMembers == [])
        for layout in [JSONLayout.compact, .tabs, .blanks(2)] {
            #expect(try Spec(json: spec.encoded(layout)) == spec)
        }
    }

    @Test(arguments: TestDocument.processes) func acceptsProcesses(_ document: TestDocument) throws {
        let process = try Process(json: document.bytes())
        #expect(process.validate() == [])
        #expect(try Process(json: process.encoded()) == process)
    }

    @Test(arguments: TestDocument.resources) func acceptsResources(_ document: TestDocument) throws {
        let resources = try Resources(json: document.bytes())
        #expect(resources.validate() == [])
        #expect(resources.memory?.limit == 100_663_296)
        #expect(resources.pids?.limit == 40)
        #expect(try Resources(json: resources.encoded()) == resources)
    }
}

@Suite struct SchemaDocumentTests {
    @Test func findsTheDocuments() {
        let counts = ["config/good", "config/bad", "features/good", "features/bad", "state/good", "state/bad"].map {
            TestDocument.all(in: "schema/" + $0).count
        }
        #expect(counts == [9, 5, 2, 1, 1, 1])
    }

    @Test(arguments: TestDocument.all(in: "schema/config/good")) func acceptsGood(_ document: TestDocument) throws {
        let spec = try Spec(json: document.bytes())
        // The schema sees each property alone. The prose wants namespaces for these, and other platforms have none.
        let expected = [
            "freebsd-example.json": ["hostname"], "zos-example.json": ["hostname"],
            "linux-netdevice.json": ["linux.netDevices"],
        ]
        #expect(spec.validate().map(\.path) == expected[document.name] ?? [])
        #expect(try Spec(json: spec.encoded()) == spec)
    }

    @Test(arguments: TestDocument.all(in: "schema/config/bad")) func refusesBad(_ document: TestDocument) throws {
        let expected = [
            "freebsd-vnet-disable.json": #"freebsd.jail.vnet: invalid sharing mode "disable""#,
            "invalid-json.json":
                "invalid character ']' looking for beginning of object key string (line 1, column 2)",
            "linux-hugepage.json":
                #"linux.resources.hugepageLimits[0].pageSize: "64kB" is not a page size such as "2MB""#,
            "linux-netdevice.json": "linux.netDevices.eth0.name: expected a string, found a number 23",
            "linux-rdma.json":
                #"linux.resources.rdma.mlx5_1.hcaHandles: expected a number, found a string "not a uint32""#,
        ]
        let error = try #require(throws: SpecError.self) { try Spec(validating: document.bytes()) }
        #expect(error.text == expected[document.name])
    }

    @Test func knowsOtherDocuments() throws {
        for document in TestDocument.all(in: "schema/features/good") { _ = try Features(json: document.bytes()) }
        for document in TestDocument.all(in: "schema/state/good") { _ = try State(json: document.bytes()) }
        for document in TestDocument.all(in: "schema/features/bad") {
            let error = #expect(throws: SpecError.self) { try Features(json: document.bytes()) }
            #expect(error?.text == "ociVersionMax: required, but missing")
        }
        for document in TestDocument.all(in: "schema/state/bad") {
            #expect(throws: SpecError.self) { try State(json: document.bytes()) }
        }
    }
}

@Suite struct DefaultConfigurationTests {
    private func text(_ name: String) throws -> String {
        String(decoding: try TestDocument(path: "default/" + name).bytes(), as: UTF8.self)
            .replacing(#""hostname": "runc""#, with: #""hostname": "apus""#)
    }

    @Test func isTheOneOfRunc() throws {
        #expect(
            String(decoding: Spec.defaultConfiguration.encoded(.tabs), as: UTF8.self) == (try text("spec-default.json"))
        )
        #expect(Spec.defaultConfiguration.validate() == [])
    }

    @Test func isTheOneOfRuncForUsers() throws {
        let spec = Spec.rootlessConfiguration(user: 0, group: 0)
        #expect(String(decoding: spec.encoded(.tabs), as: UTF8.self) == (try text("spec-rootless.json")))
        #expect(Spec.rootlessConfiguration(user: 1000, group: 100).linux?.gidMappings.first?.hostID == 100)
        #expect(spec.validate() == [])
    }

    @Test func writesFeaturesAsRuncDoes() throws {
        let text = try text("features.json")
        let features = try Features(json: bytes(text))
        #expect(String(decoding: features.encoded(.blanks(4)), as: UTF8.self) + "\n" == text)
    }

    @Test func writesStatesAsRuncDoes() throws {
        var state = State(
            id: "c1", status: .created, pid: 30434, bundle: "/tmp/b2", annotations: ["b": "2", "a": "x=<y>"])
        #expect(
            String(decoding: state.encoded(), as: UTF8.self)
                == #"{"ociVersion":"1.3.0","id":"c1","status":"created","pid":30434,"bundle":"/tmp/b2","#
                + #""annotations":{"a":"x=\u003cy\u003e","b":"2"}}"#)
        state.rootfs = "/tmp/b2/rootfs"
        state.created = "2026-11-24T11:16:45.3411254Z"
        let expected = #"""
            {
              "ociVersion": "1.3.0",
              "id": "c1",
              "pid": 30434,
              "status": "created",
              "bundle": "/tmp/b2",
              "rootfs": "/tmp/b2/rootfs",
              "created": "2026-11-24T11:16:45.3411254Z",
              "annotations": {
                "a": "x=\u003cy\u003e",
                "b": "2"
              },
              "owner": ""
            }
            """#
        #expect(String(decoding: state.encoded(.blanks(2)), as: UTF8.self) == expected)
    }
}
