import ByteStrings
import Foundation
import Testing

@testable import ContainerRuntime

/// The settings of engines, and what they mean on a host.
struct EngineFactsTests {
    @Test func docker() throws {
        let text: ByteString = """
            {"exec-opts": ["native.cgroupdriver=systemd", 1], "log-level": null, "live-restore": true, "mtu": 1500,
             "runtimes": {"runc2": {"path": "/x"}, "apus": {"path": "/usr/local/bin/apus", "runtimeArgs": ["--debug"]}}}
            """
        let engine = EngineFacts.docker(try EngineSettings(json: text.bytes))
        #expect(engine.driver == .systemd)
        #expect(engine.path == "/usr/local/bin/apus")
        #expect(EngineFacts.docker(EngineSettings()).driver == nil)
        #expect(throws: (any Error).self) { try EngineSettings(json: Array("{".utf8)) }
    }

    @Test func podman() {
        let text: ByteString = """
            # a comment
            [containers]
            cgroup_manager = "not here"
            [engine]  # of podman
            cgroup_manager = "cgroupfs" # a comment
            #runtime = "crun"
            [engine.runtimes]
            crun = ["/usr/bin/crun"]
            apus = [
              "/opt/apus",  # first
              "/usr/bin/apus",
            ]
            """
        let engine = EngineFacts.podman(EngineSettings(toml: text))
        #expect(engine.driver == .cgroupfs)
        #expect(engine.path == "/opt/apus")
        #expect(EngineSettings(toml: text).values("runtimes", "apus") == ["/opt/apus", "/usr/bin/apus"])
    }

    @Test func containerd() {
        let text: ByteString = """
            version = 2
            [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.apus]
              runtime_type = "io.containerd.runc.v2"
              [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.apus.options]
                BinaryName = '/usr/bin/apus'
                SystemdCgroup = true
            """
        let engine = EngineFacts.containerd(EngineSettings(toml: text))
        #expect(engine.driver == .systemd)
        #expect(engine.path == "/usr/bin/apus")
    }

    /// Names in every form, and a runtime under another's name, as guides for a whole cluster have it.
    @Test func containerdInOtherWords() {
        let text: ByteString = """
            version = 3
            imports = ["/etc/containerd/conf.d/*.toml"]
            [plugins.'io.containerd.cri.v1.runtime'.containerd]
              default_runtime_name = "runc"
              runtimes.crun = { runtime_type = "x", options = { BinaryName = "/usr/bin/crun", SystemdCgroup = false } }
              runtimes . "runc" = {runtime_type="x", options={BinaryName="/usr/bin/apus",SystemdCgroup=true}}
            """
        let settings = EngineSettings(toml: text)
        let engine = EngineFacts.containerd(settings)
        #expect(engine.driver == .systemd)
        #expect(engine.path == "/usr/bin/apus")
        #expect(settings.values("imports") == ["/etc/containerd/conf.d/*.toml"])
        #expect(settings.values("runtimes", "crun", "options", "SystemdCgroup") == ["false"])
    }

    @Test func everyKindOfValue() {
        let text = #"""
            text = "a \"quoted\" \u00e9 # no comment" # a comment
            literal = 'C:\x'
            long = """
            [not.a.heading]
            one \
               two"""
            other = '''[neither]
            x = 1'''
            numbers = [1, 2.5, 0x_ff, 1979-05-27T07:32:00Z, true]
            nested = [["a", "b"], [ # a comment
              "c"]]
            append = ["x", {append=true}]
            [[tables]] # of an array
            a.b."c.d" = 3
            empty = {}
            last = "x"
            """#
        for lineEnd in ["\n", "\r\n"] {
            let settings = EngineSettings(toml: ByteString(text.replacingOccurrences(of: "\n", with: lineEnd)))
            #expect(settings.values("text") == ["a \"quoted\" é # no comment"])
            #expect(settings.values("literal") == ["C:\\x"])
            #expect(settings.values("long") == [ByteString("[not.a.heading]\(lineEnd)one two")])
            #expect(settings.values("other") == [ByteString("[neither]\(lineEnd)x = 1")])
            #expect(settings.values("numbers") == ["1", "2.5", "0x_ff", "1979-05-27T07:32:00Z", "true"])
            #expect(settings.values("nested") == ["a", "b", "c"])
            #expect(settings.values("append") == ["x"])
            #expect(settings.values("append", "append") == ["true"])
            #expect(settings.values("tables", "a", "b", "c.d") == ["3"])
            #expect(settings.values("tables", "last") == ["x"])
        }
    }

    /// podman's runtime can be named by its path alone.
    @Test func podmanInOtherWords() {
        #expect(EngineFacts.podman(EngineSettings(toml: "[engine]\nruntime = \"/opt/apus\"\n")).path == "/opt/apus")
        #expect(EngineFacts.podman(EngineSettings(toml: "[engine]\nruntime = \"crun\"\n")).path == nil)
    }

    @Test func crio() {
        var settings = EngineSettings(toml: "[crio.runtime]\ncgroup_manager = \"systemd\"\n")
        settings.append(
            EngineSettings(
                toml:
                    "[crio.runtime]\ncgroup_manager = \"cgroupfs\"\n[crio.runtime.runtimes.apus]\nruntime_path = \"/a\"\n"
            ))
        let engine = EngineFacts.crio(settings)
        #expect(engine.driver == .cgroupfs)
        #expect(engine.path == "/a")
    }

    /// Nothing in a file of others traps or loops.
    @Test(arguments: [
        "[", "[[", "a", "a=", "a=[", "a=[\"", "=", ".", "a.=1", "[\"", "a = \"x", "\u{0}", "]", "a=[}",
        "a=[ {x=1} ]\nb=2", "a={", "a={b", "a={b=", "a={b=[", "\"\"\"", "a=\"\"\"x\"\"", "a=\"\\", "a=\"\\u12",
        "a=\"\\ud800\"", "a = '''", "a=" + String(repeating: "[", count: 9999),
        "a=" + String(repeating: "{a=", count: 9999),
    ])
    func brokenText(_ text: String) {
        _ = EngineSettings(toml: ByteString(text))
        _ = EngineSettings(toml: ByteString(text + "\n" + text))
    }

    @Test func whatItMeans() {
        func findings(_ engine: EngineFacts.Engine, systemd: Bool = true, unified: Bool = true) -> [HostFinding] {
            EngineFacts([engine]).findings(hasSystemd: systemd, hasUnifiedCgroups: unified)
        }
        let good = EngineFacts.Engine("docker", file: "f", driver: .systemd, path: "/apus", pathExists: true)
        #expect(findings(good).map(\.level) == [.good])
        #expect(findings(good, systemd: false).map(\.identifier) == ["engines.driver"])
        #expect(findings(good, systemd: false).map(\.level) == [.warning])
        let second = EngineFacts.Engine("docker", file: "f", driver: .cgroupfs, path: "/apus", pathExists: false)
        #expect(findings(second).map(\.level) == [.note, .warning])
        #expect(findings(second, unified: false).map(\.identifier) == ["engines.runtime"])
        #expect(findings(EngineFacts.Engine("docker", file: "f")).map(\.level) == [.note])
        #expect(findings(EngineFacts.Engine("docker", file: "f", complaint: "x")).map(\.level) == [.warning])
    }
}
