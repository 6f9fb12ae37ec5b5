import ContainerSteps
import LinuxKernel
import StrictJSON

/// What engines are set to, as far as the caller may read it.
package struct EngineFacts: Sendable {
    /// Who makes the cgroups of an engine's containers.
    package enum Driver: String, Sendable {
        case systemd
        case cgroupfs
    }

    package struct Engine: Equatable, Sendable {
        /// What people call it.
        package var name: String
        /// The file that an administrator changes.
        package var file: String
        /// Who is set to make the cgroups; nil where no file says so.
        package var driver: Driver?
        /// Where apus is, as the engine is set; nil where it does not know apus.
        package var path: String?
        /// Whether there is such a program.
        package var pathExists: Bool
        /// Why a file could not be understood.
        package var complaint: String

        package init(
            _ name: String, file: String, driver: Driver? = nil, path: String? = nil, pathExists: Bool = false,
            complaint: String = ""
        ) {
            self.name = name
            self.file = file
            self.driver = driver
            self.path = path
            self.pathExists = pathExists
            self.complaint = complaint
        }
    }

    package var engines: [Engine]

    package init(_ engines: [Engine] = []) { self.engines = engines }

    package static func gather() -> EngineFacts {
        var engines: [Engine] = []
        let home = environmentVariable("HOME").flatMap { $0.isEmpty ? nil : Path($0) }
        if let engine = docker() { engines.append(engine) }
        let configuration =
            environmentVariable("XDG_CONFIG_HOME").flatMap { $0.isEmpty ? nil : Path($0) }
            ?? home.map { $0.appending(".config" as Path) }
        var files: [Path] = []
        for directory in ["/usr/share", "/etc", configuration] as [Path?] {
            guard let file = directory?.appending("containers/containers.conf" as Path) else { continue }
            files += [file] + additions(to: "\(file).d", "*.conf")
        }
        if let engine = read("podman", files, podman) { engines.append(engine) }
        if let engine = read("containerd", ["/etc/containerd/config.toml"], containerd) { engines.append(engine) }
        let crioFiles = ["/etc/crio/crio.conf" as Path] + additions(to: "/etc/crio/crio.conf.d", "*")
        if let engine = read("crio", crioFiles, crio) { engines.append(engine) }
        return EngineFacts(engines.map(lookedUp))
    }

    // MARK: - Each engine's own words

    /// Reads docker's.
    package static func docker(_ settings: EngineSettings) -> Engine {
        var engine = Engine("docker", file: "/etc/docker/daemon.json")
        for option in settings.values("exec-opts") ?? [] where option.hasPrefix("native.cgroupdriver=") {
            engine.driver = Driver(rawValue: option.dropping(first: 20).text)
        }
        engine.path = settings.values("runtimes", "apus", "path")?.first?.text
        return engine
    }

    /// Reads podman's.
    package static func podman(_ settings: EngineSettings) -> Engine {
        var engine = Engine("podman", file: "/etc/containers/containers.conf")
        engine.driver = (settings.values("engine", "cgroup_manager")?.first).flatMap { Driver(rawValue: $0.text) }
        engine.path = (settings.values("runtimes", "apus")?.first ?? settings.path(to: "apus", at: "runtime"))?.text
        return engine
    }

    /// Reads containerd's.
    package static func containerd(_ settings: EngineSettings) -> Engine {
        var engine = Engine("containerd", file: "/etc/containerd/config.toml")
        // The runtime may have any name, as that of the usual one.
        let options = settings.parent(of: "apus", at: "BinaryName")
        if let word = options.flatMap({ settings.values(at: $0 + ["SystemdCgroup"]) })?.first {
            engine.driver = word == "true" ? .systemd : .cgroupfs
        }
        engine.path = options.flatMap { settings.values(at: $0 + ["BinaryName"]) }?.first?.text
        return engine
    }

    /// Reads CRI-O's.
    package static func crio(_ settings: EngineSettings) -> Engine {
        var engine = Engine("CRI-O", file: "/etc/crio/crio.conf")
        engine.driver = (settings.values("crio", "runtime", "cgroup_manager")?.first).flatMap {
            Driver(rawValue: $0.text)
        }
        engine.path =
            settings.parent(of: "apus", at: "runtime_path")
            .flatMap { settings.values(at: $0 + ["runtime_path"]) }?.first?.text
        return engine
    }

    // MARK: - Files

    private static func docker() -> Engine? {
        guard let text = HostFile.text("/etc/docker/daemon.json") else {
            return HostProgram.find("dockerd") == nil ? nil : docker(EngineSettings())
        }
        do throws(JSONSyntaxError) {
            return docker(try EngineSettings(json: text.bytes))
        } catch {
            return Engine("docker", file: "/etc/docker/daemon.json", complaint: error.message)
        }
    }

    private static func read(
        _ program: String, _ files: [Path], _ interpret: (EngineSettings) -> Engine
    ) -> Engine? {
        var settings = EngineSettings()
        var isConfigured = false
        var files = files
        while !files.isEmpty {
            let file = files.removeFirst()
            guard let text = HostFile.text(file) else { continue }
            let found = EngineSettings(toml: text)
            settings.append(found)
            // containerd's way; what is imported imports nothing.
            if !isConfigured {
                for pattern in found.values("imports") ?? [] { files += imported(Path(pattern), by: file) }
            }
            isConfigured = true
        }
        if !isConfigured, HostProgram.find(program) == nil { return nil }
        return interpret(settings)
    }

    /// The files that a pattern in another file names.
    private static func imported(_ pattern: Path, by file: Path) -> [Path] {
        guard let name = pattern.lastComponent?.bytes else { return [] }
        let place = pattern.isAbsolute ? pattern.parent : file.parent.appending(pattern).parent
        return additions(to: place, name)
    }

    /// The files of a directory whose names match, in their order.
    private static func additions(to directory: Path, _ pattern: ByteString) -> [Path] {
        do {
            let pattern = try NamePattern(pattern)
            let names = try FileDescriptor.open(directory, [.readOnly, .directory]).directoryEntries()
            return names.sorted().filter { pattern.matches($0.bytes) }.map { directory.appending($0) }
        } catch {
            return []
        }
    }

    private static func lookedUp(_ engine: Engine) -> Engine {
        var engine = engine
        guard let path = engine.path else { return engine }
        if path.utf8.contains(UInt8(ascii: "/")) {
            do throws(Errno) {
                try checkExecutable(Path(path))
                engine.pathExists = true
            } catch {
                engine.pathExists = false
            }
        } else {
            engine.pathExists = HostProgram.find(path) != nil
        }
        return engine
    }

    // MARK: - What it means

    package func findings(hasSystemd: Bool, hasUnifiedCgroups: Bool) -> [HostFinding] {
        var findings: [HostFinding] = []
        for engine in engines {
            if !engine.complaint.isEmpty {
                findings.append(
                    HostFinding(
                        "engines.settings", .warning, engine.name + ": " + engine.file + ": " + engine.complaint,
                        cost: "the engine does not start", remedy: "mend the file"))
                continue
            }
            let count = findings.count
            if let driver = Self.driverFinding(engine, hasSystemd, hasUnifiedCgroups) { findings.append(driver) }
            if let path = engine.path, !engine.pathExists {
                findings.append(
                    HostFinding(
                        "engines.runtime", .warning,
                        engine.name + ": " + quoted(path) + ", where apus is to be, is no program that can be executed",
                        cost: engine.name + " cannot make containers with apus",
                        remedy: "correct the path in " + engine.file))
            }
            if engine.path == nil {
                findings.append(
                    HostFinding(
                        "engines.runtime", .note, engine.name + " is not told of apus",
                        cost: engine.name + " makes its containers with another runtime",
                        remedy: "see README.md for what to write to "
                            + engine.file))
            }
            if findings.count == count {
                findings.append(.good("engines.settings", engine.name + " knows apus at " + quoted(engine.path ?? "")))
            }
        }
        return findings
    }

    private static func driverFinding(_ engine: Engine, _ hasSystemd: Bool, _ hasUnifiedCgroups: Bool) -> HostFinding? {
        switch (engine.driver, hasSystemd) {
        case (.systemd?, false):
            return HostFinding(
                "engines.driver", .warning, engine.name + " lets systemd make the cgroups, and there is no systemd",
                cost: engine.name + " cannot make containers", remedy: "say cgroupfs in " + engine.file)
        case (.cgroupfs?, true) where hasUnifiedCgroups:
            return HostFinding(
                "engines.driver", .note,
                engine.name + " makes its cgroups itself beside systemd, which has cgroup v2 to manage",
                cost: "systemd does not know of the containers' limits, and may put things where they are",
                remedy: "say systemd in " + engine.file)
        default: return nil
        }
    }
}
