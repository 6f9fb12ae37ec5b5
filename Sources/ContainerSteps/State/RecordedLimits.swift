import ByteStrings
import ContainerInit
import RuntimeSpec
import StrictJSON

// The limits in `state.json`, under runc's names, for programs outside.

extension StateRecord {
    /// The content of a `state.json` with other limits. All else stays as it was written, byte for byte.
    package func replacingLimits(in document: [UInt8], by resources: Resources) throws(JSONSyntaxError) -> [UInt8] {
        var reader = try JSONReader(document)
        try reader.beginObject()
        while try reader.nextMember() {
            guard reader.isKey("config"), try reader.peek() == .object else {
                try reader.skipValue()
                continue
            }
            try reader.beginObject()
            while try reader.nextMember() {
                let isCgroups = reader.isKey("cgroups")
                _ = try reader.peek()
                let start = reader.offset
                try reader.skipValue()
                guard isCgroups else { continue }
                var settings = configuration.cgroups
                settings.limits = resources
                var writer = JSONWriter()
                settings.write(&writer)
                return document[..<start] + writer.bytes + document[reader.offset...]
            }
        }
        return document
    }
}

extension Resources {
    /// Writes the members that runc has for limits; those that say nothing are left out.
    package func writeRecorded(_ writer: inout JSONWriter) {
        func number<Number: BinaryInteger>(_ name: StaticString, _ value: Number?) {
            guard let value, value != 0 else { return }
            writer.key(name)
            writer.integer(Int64(clamping: value))
        }
        func text(_ name: StaticString, _ value: String?) {
            guard let value, !value.isEmpty else { return }
            writer.key(name)
            writer.string(value)
        }
        number("memory", memory?.limit)
        number("memory_reservation", memory?.reservation)
        number("memory_swap", memory?.swap)
        number("memory_swappiness", memory?.swappiness)
        if memory?.disableOOMKiller == true {
            writer.key("oom_kill_disable")
            writer.boolean(true)
        }
        number("cpu_shares", cpu?.shares)
        number("cpu_quota", cpu?.quota)
        number("cpu_burst", cpu?.burst)
        number("cpu_period", cpu?.period)
        number("cpu_rt_quota", cpu?.realtimeRuntime)
        number("cpu_rt_period", cpu?.realtimePeriod)
        text("cpuset_cpus", cpu?.cpus)
        text("cpuset_mems", cpu?.mems)
        number("cpu_idle", cpu?.idle)
        number("pids_limit", pids?.limit)
        number("blkio_weight", blockIO?.weight)
        number("blkio_leaf_weight", blockIO?.leafWeight)
        if !hugepageLimits.isEmpty {
            writer.key("hugetlb_limit")
            writer.beginArray()
            for limit in hugepageLimits {
                writer.beginObject()
                text("page_size", limit.pageSize)
                writer.key("limit")
                writer.integer(limit.limit)
                writer.endObject()
            }
            writer.endArray()
        }
        number("net_cls_classid_u", network?.classID)
        if !unified.isEmpty {
            writer.key("unified")
            writer.beginObject()
            for pair in unified {
                writer.key(pair.key)
                writer.string(pair.value)
            }
            writer.endObject()
        }
    }
}
