import JSON
import Linux

/// Finds the program of `process.args` as a shell would. See execvp(3); the words are those that engines look for.
package struct ProgramLookup {
    private let searchPath: String?

    /// Searches in the PATH of `environment`, and nowhere without one.
    package init(environment: [String]) {
        searchPath = environment.last { $0.utf8.starts(with: "PATH=".utf8) }.map { String($0.dropFirst(5)) }
    }

    /// The path of the program called `name`.
    package func find(_ name: String) throws(ContainerError) -> String {
        if name.utf8.contains(UInt8(ascii: "/")) {
            if let reason = whyNotExecutable(name) { throw failure(name, reason) }
            return name
        }
        if !name.isEmpty {
            for folder in (searchPath ?? "").split(separator: ":", omittingEmptySubsequences: false) {
                let candidate = folder.isEmpty ? "./" + name : folder + "/" + name
                if searchPath != nil, whyNotExecutable(candidate) == nil { return candidate }
            }
        }
        throw failure(name, .notFound)
    }

    private enum Reason {
        case notFound
        case missing(Errno)
        case notUsable(Errno)
    }

    private func whyNotExecutable(_ path: String) -> Reason? {
        do throws(Errno) {
            if try fileStatus(path).kind == .directory { return .notUsable(.isDirectory) }
        } catch {
            return .missing(error)
        }
        do throws(Errno) {
            try checkExecutable(path)
            return nil
        } catch {
            return .notUsable(error)
        }
    }

    private func failure(_ name: String, _ reason: Reason) -> ContainerError {
        switch reason {
        case .notFound:
            ContainerError(
                .programNotFound, origin: Origin(.args, 0),
                reason: "exec: " + goQuoted(name) + ": executable file not found in $PATH")
        case .missing(let errno):
            ContainerError(
                .programNotFound, origin: Origin(.args, 0), errno: errno,
                reason: "exec: " + goQuoted(name) + ": stat " + name)
        case .notUsable(let errno):
            ContainerError(.programNotFound, origin: Origin(.args, 0), errno: errno, reason: "exec: " + goQuoted(name))
        }
    }
}

/// The users of a container, as its /etc/passwd lists them. See passwd(5).
package struct PasswordFile {
    private let bytes: [UInt8]

    package init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// The home folder of the user with the number `user`, empty where the line names none; nil for an unknown user.
    package func home(of user: UInt32) -> String? {
        for line in bytes.split(separator: UInt8(ascii: "\n")) {
            let fields = line.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
            guard fields.count >= 3, UInt32(String(decoding: fields[2], as: UTF8.self)) == user else { continue }
            guard fields.count >= 6 else { return "" }
            let home = String(decoding: fields[5], as: UTF8.self)
            return home.utf8.contains(0) ? nil : home
        }
        return nil
    }
}
