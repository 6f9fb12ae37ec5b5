import LinuxKernel

/// Whose packages a host has: the commands that mend it differ. See os-release(5).
package struct Distribution: Equatable, Sendable {
    package enum Family: Sendable {
        case debian
        case fedora
        case other
    }

    package let family: Family
    /// The name for people, such as `Debian GNU/Linux 12 (bookworm)`.
    package let name: String

    package init(family: Family = .other, name: String = "") {
        self.family = family
        self.name = name
    }

    /// Reads the text of an os-release file.
    package init(osRelease text: ByteString) {
        var name = ""
        var words: [ByteString] = []
        for line in text.parts(separatedBy: UInt8(ascii: "\n")) {
            guard let equals = line.firstIndex(of: UInt8(ascii: "=")) else { continue }
            let key = ByteString(bytes: line[..<equals])
            let value = ByteString(bytes: line.dropping(first: equals + 1).filter { $0 != 0x22 && $0 != 0x27 })
            if key == "PRETTY_NAME" { name = value.text }
            if key == "ID" || key == "ID_LIKE" { words += value.parts(separatedBy: UInt8(ascii: " ")) }
        }
        let debian: [ByteString] = ["debian", "ubuntu"]
        let fedora: [ByteString] = ["fedora", "rhel", "centos"]
        self.name = name
        family =
            words.contains { debian.contains($0) } ? .debian : words.contains { fedora.contains($0) } ? .fedora : .other
    }

    package static func gather() -> Distribution {
        Distribution(osRelease: HostFile.text("/etc/os-release") ?? HostFile.text("/usr/lib/os-release") ?? "")
    }

    /// The command that installs a package.
    func install(debian: String, fedora: String) -> String {
        switch family {
        case .debian: "apt-get install " + debian
        case .fedora: "dnf install " + fedora
        case .other: "install the package that Debian calls " + debian + " and Fedora " + fedora
        }
    }

    /// The commands that add a parameter to the kernel's command line, from the next boot on.
    func addKernelParameter(_ parameter: String) -> String {
        switch family {
        case .debian:
            "add " + parameter + " to GRUB_CMDLINE_LINUX in /etc/default/grub, then: update-grub && reboot"
        case .fedora: "grubby --update-kernel=ALL --args=\"" + parameter + "\" && reboot"
        case .other: "add " + parameter + " to the kernel's command line and boot again"
        }
    }
}

/// Small files of the host, which may be missing or unreadable.
enum HostFile {
    /// The text without its last newline; nil where it cannot be read.
    static func text(_ path: Path) -> ByteString? {
        do throws(Errno) {
            let file = try FileDescriptor.open(path, [.readOnly, .nonBlocking, .noControllingTerminal])
            guard try file.status().kind == .regular else { return nil }
            var bytes = try file.readAll(limit: 1 << 20)
            if bytes.last == UInt8(ascii: "\n") { bytes.removeLast() }
            return ByteString(bytes: bytes)
        } catch {
            return nil
        }
    }

    /// The number in a file; nil where there is none.
    static func number(_ path: Path) -> Int? { text(path).flatMap { Int($0.text) } }

    /// What is at a path, links followed; nil where nothing is.
    static func status(_ path: Path) -> FileStatus? {
        do throws(Errno) { return try fileStatus(path) } catch { return nil }
    }

    /// Whether this process may do what `mode` says, as access(2) has it.
    static func isWritable(_ path: Path) -> Bool { mayWrite(path) }
}
