import ByteStrings
import RuntimeSpec

extension Resources {
    /// The same limits with the processor time that systemd writes when it writes it again: it keeps whole hundredths of a
    /// processor. So `systemctl daemon-reload` changes nothing.
    package var withQuotaKeptBySystemd: Resources {
        var result = self
        if let quota = cpu?.quota { result.cpu?.quota = UnitLimits.kept(quota, period: cpu?.period ?? 0) }
        for (index, file) in unified.enumerated() where file.key == "cpu.max" {
            let words = file.value.parts(separatedBy: UInt8(ascii: " ")).map(\.text)
            guard let quota = words.first.flatMap({ Int64($0) }), words.count <= 2 else { continue }
            let period = words.count > 1 ? UInt64(words[1]) : 0
            guard let period else { continue }
            let kept = String(UnitLimits.kept(quota, period: period)) + (words.count > 1 ? " " + words[1] : "")
            var pairs = Array(unified)
            pairs[index].value = ByteString(kept)
            result.unified = OrderedPairs(distinct: pairs)
        }
        return result
    }
}
