import Foundation

/// A line of /proc/PID/mountinfo. See proc_pid_mountinfo(5).
struct Mountinfo: Equatable {
    let id: Int
    let parent: Int
    let device: String
    let root: String
    let point: String
    let options: Set<String>
    /// Optional fields: `shared:N`, `master:N`, `unbindable`.
    let propagation: [String]
    let type: String
    let source: String
    let superOptions: Set<String>

    init?(_ line: Substring) {
        let halves = line.components(separatedBy: " - ")
        guard halves.count == 2 else { return nil }
        let first = halves[0].split(separator: " ").map(String.init)
        let second = halves[1].split(separator: " ", omittingEmptySubsequences: false).map(String.init)
        guard first.count >= 6, second.count >= 3, let id = Int(first[0]), let parent = Int(first[1]) else {
            return nil
        }
        self.id = id
        self.parent = parent
        device = first[2]
        root = first[3]
        point = first[4]
        options = Set(first[5].split(separator: ",").map(String.init))
        propagation = Array(first[6...])
        type = second[0]
        source = second[1]
        superOptions = Set(second[2].split(separator: ",").map(String.init))
    }

    static func parse(_ text: String) -> [Mountinfo] { text.split(separator: "\n").compactMap { Mountinfo($0) } }

    /// The mounts of this process.
    static func host() -> [Mountinfo] { parse(contents("/proc/self/mountinfo") ?? "") }
}

extension [Mountinfo] {
    /// The mount on top at a place.
    func at(_ point: String) -> Mountinfo? { last { $0.point == point } }
}
