import RuntimeSpec
import Seccomp

/// Prints the filter that the seccomp profile of a configuration on standard input becomes, an instruction a line:
///
///     ProfileToFilter < config.json
@main struct ProfileToFilter {
    static func main() throws {
        var json: [UInt8] = []
        while let line = readLine(strippingNewline: false) { json += Array(line.utf8) }
        let spec = try Spec(json: json)
        guard let profile = spec.linux?.seccomp else { return print("no profile") }
        for instruction in try SeccompFilter.compile(profile).instructions { print(String(instruction, radix: 16)) }
    }
}
