import RuntimeSpec
import Testing

@Suite struct DecodingTests {
    private func spec(_ members: String) throws -> Spec {
        try Spec(json: bytes(#"{"ociVersion":"1.3.0",\#(members)}"#))
    }

    @Test func treatsNullAsAbsent() throws {
        let spec = try spec(
            #""process":{"cwd":"/","args":["a"],"user":null,"oomScoreAdj":null,"rlimits":null},"mounts":null,"#
                + #""hooks":null,"annotations":null,"linux":{"seccomp":null,"resources":null,"rootfsPropagation":null}"#
        )
        #expect(
            spec == Spec(process: Process(args: ["a"], cwd: "/"), linux: LinuxConfiguration()))
        #expect(throws: SpecError.self) { try Spec(json: bytes("null")) }
        #expect(try Spec(json: bytes(#"{"ociVersion":"1","hostname":"a","hostname":null}"#)).hostname == nil)
    }

    @Test func tellsThatTheDocumentIsNull() {
        let error = #expect(throws: SpecError.self) { try Spec(json: bytes(" null ")) }
        #expect(error?.text == "config cannot be null")
        let other = #expect(throws: SpecError.self) { try Spec(json: bytes("[]")) }
        #expect(other?.text == "expected an object, found an array []")
        let empty = #expect(throws: SpecError.self) { try Spec(json: []) }
        #expect(empty?.text == "EOF")
    }

    @Test func takesTheLastOfDuplicates() throws {
        let spec = try spec(
            #""hostname":"a","hostname":"b","mounts":[{"destination":"/a"}],"mounts":[],"#
                + #""annotations":{"x":"1","y":"2","x":"3"},"process":{"cwd":"/a","terminal":true},"process":{"cwd":"/b"}"#
        )
        #expect(spec.hostname == "b")
        #expect(spec.mounts == [])
        #expect(spec.annotations == ["x": "3", "y": "2"])
        #expect(spec.process == Process(cwd: "/b"))
    }

    @Test func keepsManyKeysInOrder() throws {
        let pairs = (0..<200).map { #""k\#($0 % 150)":"\#($0)""# }.joined(separator: ",")
        let annotations = try spec(#""annotations":{\#(pairs)}"#).annotations
        #expect(annotations.keys == (0..<150).map { "k\($0)" })
        #expect(annotations["k0"] == "150")
        #expect(annotations["k149"] == "149")
    }

    /// However they are written: their lists are read in a way of their own.
    @Test func takesNamesOfCalls() throws {
        func names(_ list: String) throws -> [SyscallName]? {
            let rule = #"{"names":\#(list),"action":"SCMP_ACT_ALLOW"}"#
            let spec = try spec(#""linux":{"seccomp":{"defaultAction":"SCMP_ACT_ERRNO","syscalls":[\#(rule)]}}"#)
            #expect(try Spec(json: spec.encoded()) == spec)
            return spec.linux?.seccomp?.syscalls.first?.names
        }
        #expect(try names(#"[]"#) == [])
        #expect(try names(#"["read","write"]"#) == ["read", "write"])
        #expect(try names("[ \"read\" ,\n\t\"write\", \"close\" \r]") == ["read", "write", "close"])
        #expect(try names(#"["r\u0065ad","","é", "none","a\"b"]"#)?.map(\.text) == ["read", "", "é", "none", "a\"b"])
        #expect(SyscallName("read").description == "read" && SyscallName("read") != "write")
        let error = #expect(throws: SpecError.self) { try names(#"["read",5,null,["write"],"close"]"#) }
        #expect(error?.findings.map(\.path) == (1...3).map { "linux.seccomp.syscalls[0].names[\($0)]" })
        for list in [#"["read" "write"]"#, #"["read",]"#, #"[,"read"]"#, "[\"re\u{1}ad\"]", #"["read"#, #"["read","#] {
            #expect(throws: SpecError.self) { try names(list) }
        }
    }

    /// As Go's decoder does, with which the writers of these documents are tried: a typing error must not lose a limit.
    @Test func takesNamesInOtherCase() throws {
        let spec = try spec(
            #""HostName":"h","Process":{"CWD":"/a","ARGS":["x"],"noNewPrivileges":false,"nonewprivileges":true},"#
                + #""linux":{"resources":{"hugepageLimits":[{"pagesize":"2MB","LIMIT":5}],"pids":{"limit":1,"Limit":2}},"#
                + #""annotations":{"a":"1"},"ſysctl":{"Net.x":"1"},"mas\u212aedPaths":["/m"]},"annotations":{"Key":"1","key":"2"}"#
        )
        #expect(spec.hostname == "h")
        #expect(spec.process == Process(args: ["x"], cwd: "/a", noNewPrivileges: true))
        #expect(spec.linux?.resources?.hugepageLimits == [HugepageLimit(pageSize: "2MB", limit: 5)])
        // Of several the last one counts, in whatever case.
        #expect(spec.linux?.resources?.pids?.limit == 2)
        // The keys of maps are not names of properties.
        #expect(spec.linux?.sysctl == ["Net.x": "1"])
        #expect(spec.linux?.maskedPaths == ["/m"])
        #expect(spec.annotations == ["Key": "1", "key": "2"])
        #expect(spec.unknownMembers == ["linux.annotations"])
        let error = #expect(throws: SpecError.self) { try Spec(json: bytes(#"{"Root":{"PATH":5}}"#)) }
        #expect(error?.text == "Root.PATH: expected a string, found a number 5")
    }

    @Test(arguments: ["", "1.0", "2.0.0", "x", "v1"]) func takesAnyVersion(_ version: String) throws {
        let document = #"{"ociVersion":"\#(version)","root":{"path":"r"}}"#
        #expect(try Spec(validating: bytes(document)).ociVersion == version)
        #expect(try Spec(validating: bytes(#"{"root":{"path":"r"}}"#)).ociVersion == "")
    }

    @Test func takesMappingsWithoutUserNamespace() throws {
        let spec = try Spec(
            validating: bytes(#"{"root":{"path":"r"},"linux":{"uidMappings":[{"containerID":0,"hostID":0,"size":0}]}}"#)
        )
        #expect(spec.linux?.uidMappings.count == 1)
    }

    @Test func takesOtherLettersOfAccess() throws {
        let text = #"{"root":{"path":"r"},"linux":{"resources":{"devices":[{"allow":true,"access":"rwa"}]}}}"#
        #expect(try Spec(validating: bytes(text)).linux?.resources?.devices.first?.access == "rwa")
    }

    @Test func takesEmptyTextsAsAbsent() throws {
        let spec = try spec(
            #""hostname":"","linux":{"cgroupsPath":"","rootfsPropagation":"","namespaces":[{"type":"pid","path":""}],"#
                + #""resources":{"devices":[{"allow":true,"type":"","access":"rwm"}]}}"#)
        #expect(spec.hostname == nil)
        #expect(spec.linux?.cgroupsPath == nil)
        #expect(spec.linux?.rootfsPropagation == nil)
        #expect(spec.linux?.namespaces == [Namespace(type: .pid)])
        #expect(spec.linux?.resources?.devices == [DeviceRule(allow: true)])
    }

    @Test(arguments: [
        #"{}"#, #"{"defaultAction":""}"#, #"{"defaultAction":"","syscalls":[]}"#,
        #"{"x":{},"defaultAction":null,"syscalls":null}"#,
    ])
    func takesAnEmptyProfileAsNone(_ profile: String) throws {
        let spec = try spec(#""linux":{"seccomp":\#(profile),"mountLabel":"x"}"#)
        #expect(spec.linux == LinuxConfiguration(mountLabel: "x"))
    }

    @Test func keepsAbsentAndZeroApart() throws {
        let spec = try spec(
            #""process":{"cwd":"/","oomScoreAdj":0,"user":{"uid":0,"gid":0,"umask":0},"capabilities":{"ambient":[]}},"#
                + #""linux":{"resources":{"memory":{"swappiness":0,"disableOOMKiller":false},"pids":{"limit":0}},"#
                + #""seccomp":{"defaultAction":"SCMP_ACT_ALLOW","flags":[]}}"#)
        #expect(spec.process?.oomScoreAdj == 0)
        #expect(spec.process?.user.umask == 0)
        #expect(spec.process?.capabilities == Capabilities(ambient: []))
        #expect(spec.linux?.resources?.memory == MemoryResources(swappiness: 0, disableOOMKiller: false))
        #expect(spec.linux?.resources?.pids?.limit == 0)
        #expect(spec.linux?.seccomp?.flags == [])
        #expect(try Spec(json: spec.encoded()) == spec)
    }

    @Test func readsLargeNumbersExactly() throws {
        let spec = try spec(
            #""process":{"cwd":"/","rlimits":[{"type":"RLIMIT_AS","soft":9223372036854772001,"hard":18446744073709551615}]}"#
        )
        #expect(spec.process?.rlimits == [Rlimit(type: .addressSpace, soft: 9_223_372_036_854_772_001, hard: .max)])
    }

    @Test func collectsUnknownMembers() throws {
        let spec = try spec(
            #""x-foo":{"a":[1]},"process":{"cwd":"/","commandLine":"x","user":{"username":"u"}},"windows":{},"#
                + #""mounts":[{"destination":"/a"},{"destination":"/b","x":1}],"freebsd":{"jail":{"vnet":"new","z":1}},"#
                + #""linux":{"resources":{"oomScoreAdj":1},"intelRdt":{"enableCMT":true}}"#)
        #expect(
            spec.unknownMembers == [
                "x-foo", "process.commandLine", "process.user.username", "windows", "mounts[1].x", "freebsd",
                "linux.resources.oomScoreAdj", "linux.intelRdt.enableCMT",
            ])
        #expect(try Spec(json: spec.encoded()) == spec)
    }

    @Test func ignoresWhatFollowsTheDocument() throws {
        #expect(try Spec(json: bytes(#"{"ociVersion":"1.0.0"} {]"#)).ociVersion == "1.0.0")
    }

    @Test func knowsEveryPropertyPath() {
        let paths = Spec.propertyPaths
        for path in [
            "ociVersion", "process", "process.consoleSize.width", "process.rlimits[].type",
            "mounts[].uidMappings[].size",
            "hooks.createContainer[].timeout", "linux.resources.memory.limit", "linux.netDevices.*.name",
            "linux.timeOffsets.*.nanosecs", "linux.resources.rdma.*.hcaObjects",
            "linux.seccomp.syscalls[].args[].valueTwo",
            "linux.memoryPolicy.flags", "annotations",
        ] {
            #expect(paths.contains(path))
        }
        #expect(Set(paths).count == paths.count)
        #expect(!paths.contains { $0.hasPrefix("freebsd") })
        #expect(paths.count > 180)
    }

    @Test func readsTheStateForAListener() throws {
        let document = ContainerProcessState(
            fds: ["seccompFd"], pid: 5, metadata: "m",
            state: State(id: "a", status: .creating, pid: 5, bundle: "/b"))
        #expect(
            String(decoding: document.encoded(), as: UTF8.self)
                == #"{"ociVersion":"1.3.0","fds":["seccompFd"],"pid":5,"metadata":"m","state":{"ociVersion":"1.3.0","#
                + #""id":"a","status":"creating","pid":5,"bundle":"/b"}}"#)
        #expect(try ContainerProcessState(json: document.encoded()) == document)
        let error = #expect(throws: SpecError.self) {
            try State(json: bytes(#"{"ociVersion":"1","id":"a","status":"odd","bundle":"/"}"#))
        }
        #expect(error?.text == #"status: unknown status "odd""#)
    }

    @Test func matchesEscapedNames() throws {
        #expect(try Spec(json: bytes(#"{"oci\u0056ersion":"1.0.0","root":{"path":"r"}}"#)).ociVersion == "1.0.0")
        let spec = try spec(#""linux":{"namespaces":[{"type":"\u0070id"}]}"#)
        #expect(spec.linux?.namespaces == [Namespace(type: .pid)])
    }
}
