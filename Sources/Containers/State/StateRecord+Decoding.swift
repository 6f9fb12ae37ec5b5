import Cgroups
import JSON
import RuntimeSpec

extension StateRecord {
    /// Reads the content of a `state.json`; members that are not known are passed over.
    package init(decoding bytes: [UInt8]) throws(ContainerError) {
        var record = StateRecord(id: "", created: "", bundle: "", rootfs: "")
        do throws(JSONSyntaxError) {
            var reader = try JSONReader(bytes)
            try record.decode(&reader)
        } catch {
            throw ContainerError(reason: error.message)
        }
        self = record
    }

    private mutating func decode(_ reader: inout JSONReader) throws(JSONSyntaxError) {
        guard try reader.peek() == .object else { return }
        try reader.beginObject()
        while try reader.nextMember() {
            if reader.isKey("id") {
                id = try reader.stringOrEmpty()
            } else if reader.isKey("init_process_pid") {
                let value: Int32 = try reader.integerOrZero()
                pid = value > 0 ? value : nil
            } else if reader.isKey("init_process_start") {
                startTime = try reader.integerOrZero()
            } else if reader.isKey("created") {
                created = try reader.stringOrEmpty()
            } else if reader.isKey("config") {
                try decodeConfiguration(&reader)
            } else if reader.isKey("rootless") {
                isRootless = try reader.booleanOrFalse()
            } else if reader.isKey("cgroup_paths") {
                for entry in try reader.pairs() {
                    cgroupPaths.append(CgroupRecord(controller: entry.key.text, path: Path(entry.value)))
                }
            } else if reader.isKey("external_descriptors") {
                externalDescriptors = try reader.strings()
            } else if reader.isKey("intel_rdt_path") {
                intelRdtPath = Path(try reader.bytesOrEmpty())
            } else if reader.isKey("intel_rdt_mon_path") {
                intelRdtMonitoringPath = Path(try reader.bytesOrEmpty())
            } else if reader.isKey("apus") {
                try decodeOwn(&reader)
            } else {
                try reader.skipValue()
            }
        }
    }

    private mutating func decodeConfiguration(_ reader: inout JSONReader) throws(JSONSyntaxError) {
        guard try reader.peek() == .object else { return try reader.skipValue() }
        try reader.beginObject()
        while try reader.nextMember() {
            if reader.isKey("rootfs") {
                rootfs = Path(try reader.bytesOrEmpty())
            } else if reader.isKey("namespaces") {
                try decodeNamespaces(&reader)
            } else if reader.isKey("cgroups") {
                cgroupsPath = try reader.pairs().first { $0.key == "path" }.map { Path($0.value) }
            } else {
                try reader.skipValue()
            }
        }
    }

    private mutating func decodeNamespaces(_ reader: inout JSONReader) throws(JSONSyntaxError) {
        guard try reader.peek() == .array else { return try reader.skipValue() }
        try reader.beginArray()
        while try reader.nextElement() {
            var name = ByteString()
            var path = Path()
            for entry in try reader.pairs() {
                if entry.key == "type" { name = entry.value }
                if entry.key == "path" { path = Path(entry.value) }
            }
            for type in NamespaceType.allCases where ByteString(stringLiteral: type.recordName) == name {
                namespaces.append(NamespaceRecord(type: type, path: path))
            }
        }
    }

    private mutating func decodeOwn(_ reader: inout JSONReader) throws(JSONSyntaxError) {
        guard try reader.peek() == .object else { return try reader.skipValue() }
        var unit = UnitRecord(name: "", slice: "", isUser: false)
        var (ownBundle, ownRootfs) = (Path?.none, Path?.none)
        try reader.beginObject()
        while try reader.nextMember() {
            if reader.isKey("bundle") {
                bundle = Path(try reader.bytesOrEmpty())
            } else if reader.isKey("bundleBytes") {
                ownBundle = ByteString(hexadecimal: try reader.bytesOrEmpty()).map { Path($0) }
            } else if reader.isKey("rootfsBytes") {
                ownRootfs = ByteString(hexadecimal: try reader.bytesOrEmpty()).map { Path($0) }
            } else if reader.isKey("annotations") {
                for entry in try reader.pairs() { annotations[entry.key] = entry.value }
            } else if reader.isKey("unit") {
                unit.name = try reader.stringOrEmpty()
            } else if reader.isKey("unitSlice") {
                unit.slice = try reader.stringOrEmpty()
            } else if reader.isKey("unitIsUser") {
                unit.isUser = try reader.booleanOrFalse()
            } else if reader.isKey("cgroupMark") {
                cgroupMark = CgroupMark(recorded: try reader.stringOrEmpty())
            } else if reader.isKey("cgroupInodes") {
                try decodeInodes(&reader)
            } else if reader.isKey("keepsKeyring") {
                keepsKeyring = try reader.booleanOrFalse()
            } else if reader.isKey("hasFilter") {
                hasFilter = try reader.booleanOrFalse()
            } else if reader.isKey("hasPoststart") {
                hasPoststart = try reader.booleanOrFalse()
            } else if reader.isKey("hasPoststop") {
                hasPoststop = try reader.booleanOrFalse()
            } else if reader.isKey("hasProcess") {
                hasProcess = try reader.booleanOrFalse()
            } else if reader.isKey("rootMount") {
                rootMount = try reader.integerOrZero()
            } else if reader.isKey("ownsIntelRdtGroup") {
                ownsIntelRdtGroup = try reader.booleanOrFalse()
            } else {
                try reader.skipValue()
            }
        }
        if !unit.name.isEmpty { self.unit = unit }
        if let ownBundle { bundle = ownBundle }
        // The object comes after the one that holds the text of the root.
        if let ownRootfs { rootfs = ownRootfs }
    }

    private mutating func decodeInodes(_ reader: inout JSONReader) throws(JSONSyntaxError) {
        guard try reader.peek() == .object else { return try reader.skipValue() }
        try reader.beginObject()
        while try reader.nextMember() {
            let controller = reader.string(of: reader.key)
            cgroupInodes.append(CgroupInode(controller: controller, inode: try reader.integerOrZero()))
        }
    }
}

extension JSONReader {
    fileprivate mutating func stringOrEmpty() throws(JSONSyntaxError) -> String {
        if try peek() == .string { return try readString() }
        try skipValue()
        return ""
    }

    fileprivate mutating func bytesOrEmpty() throws(JSONSyntaxError) -> ByteString {
        if try peek() == .string { return try readByteString() }
        try skipValue()
        return ByteString()
    }

    mutating func integerOrZero<Value: FixedWidthInteger>() throws(JSONSyntaxError) -> Value {
        if try peek() == .number { return try readNumber().value(as: Value.self) ?? 0 }
        try skipValue()
        return 0
    }

    fileprivate mutating func booleanOrFalse() throws(JSONSyntaxError) -> Bool {
        if try peek() == .boolean { return try readBoolean() }
        try skipValue()
        return false
    }

    fileprivate mutating func strings() throws(JSONSyntaxError) -> [String] {
        guard try peek() == .array else {
            try skipValue()
            return []
        }
        var values: [String] = []
        try beginArray()
        while try nextElement() { values.append(try stringOrEmpty()) }
        return values
    }

    /// The members of an object whose values are strings.
    fileprivate mutating func pairs() throws(JSONSyntaxError) -> [(key: ByteString, value: ByteString)] {
        guard try peek() == .object else {
            try skipValue()
            return []
        }
        var values: [(key: ByteString, value: ByteString)] = []
        try beginObject()
        while try nextMember() {
            let name = byteString(of: key)
            if try peek() == .string {
                values.append((name, try readByteString()))
            } else {
                try skipValue()
            }
        }
        return values
    }
}
