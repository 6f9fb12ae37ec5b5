import CLinuxKernel
import LinuxKernel

/// The ids, the capabilities and what else a process has of its own rights.
let identityScenarios: [Scenario] = [
    Scenario("ids") { (_) throws(Errno) in
        try Credentials.setGroups([7, 9])
        try Credentials.setGroup(5)
        try Credentials.setUser(6)
        expect(effectiveUser == 6 && effectiveGroup == 5)
        expect(try status("Uid") == "6 6 6 6")
        expect(try status("Gid") == "5 5 5 5")
        expect(try status("Groups") == "7 9", try status("Groups"))
        // There is no way back.
        expect(.notPermitted) { () throws(Errno) in try Credentials.setUser(0) }
        expect(.notPermitted) { () throws(Errno) in try Credentials.setGroup(0) }
        expect(.notPermitted) { () throws(Errno) in try Credentials.setGroups([]) }
    },
    Scenario("capabilities") { (_) throws(Errno) in
        let before = try CapabilityMasks.current()
        try ProcessControl.setKeepCapabilities(true)
        try Credentials.setUser(6)
        var masks = try CapabilityMasks.current()
        expect(masks.permitted == before.permitted && masks.effective == 0)
        // CAP_CHOWN, CAP_KILL.
        masks.permitted = 0x21
        masks.effective = 0x20
        masks.inheritable = 0x1
        try masks.apply()
        expect(try CapabilityMasks.current() == masks)
        try ProcessControl.raiseAmbient(capability: 0)
        expect(try status("CapAmb") == "0000000000000001")
        // What is not inheritable cannot be ambient.
        expect(.notPermitted) { () throws(Errno) in try ProcessControl.raiseAmbient(capability: 5) }
        try ProcessControl.clearAmbientSet()
        expect(try status("CapAmb") == "0000000000000000")
        masks.permitted |= 0x40
        expect(.notPermitted) { () throws(Errno) in try masks.apply() }
    },
    Scenario("bounding-set") { (_) throws(Errno) in
        // CAP_AUDIT_WRITE.
        try ProcessControl.dropFromBoundingSet(capability: 29)
        let left = UInt64(try status("CapBnd"), radix: 16) ?? .max
        expect(left & 1 << 29 == 0 && left & 1 != 0, try status("CapBnd"))
        expect(.invalidArgument) { () throws(Errno) in try ProcessControl.dropFromBoundingSet(capability: 200) }
    },
    Scenario("rights-of-a-process") { (_) throws(Errno) in
        try ProcessControl.setNoNewPrivileges()
        expect(try status("NoNewPrivs") == "1")
        for isDumpable in [false, true] {
            try ProcessControl.setDumpable(isDumpable)
            expect(try check(linux_prctl(PR_GET_DUMPABLE, 0, 0, 0, 0)) == (isDumpable ? 1 : 0))
        }
        for isSubreaper in [true, false] {
            try ProcessControl.setChildSubreaper(isSubreaper)
            var found: Int32 = -1
            try withUnsafeMutablePointer(to: &found) { (place) throws(Errno) in
                _ = try check(linux_prctl(PR_GET_CHILD_SUBREAPER, UInt(bitPattern: place), 0, 0, 0))
            }
            expect(found == (isSubreaper ? 1 : 0))
        }
        expect(setFileCreationMask(0o27) != 0o27 && setFileCreationMask(0) == 0o27)
    },
    Scenario("keyrings") { (_) throws(Errno) in
        let ring = try Keyring.joinSession("apus-probe")
        expect(ring > 0)
        var fields = try Keyring.describe(ring).parts(separatedBy: UInt8(ascii: ";"))
        expect(fields.first == "keyring" && fields.last?.hasPrefix("apus-probe") == true, "\(fields)")
        let permissions = UInt32(fields[3].text, radix: 16) ?? 0
        // Another permission for others: to view it.
        try Keyring.allow(ring, permissions: permissions | 0x1)
        fields = try Keyring.describe(ring).parts(separatedBy: UInt8(ascii: ";"))
        expect(UInt32(fields[3].text, radix: 16) == permissions | 0x1, "\(fields)")
        expect(Errno(rawValue: ENOKEY)) { () throws(Errno) in _ = try Keyring.describe(0x7fff_fff0) }
    },
]
