import ContainerRuntime
import RuntimeSpec
import Testing

@testable import ContainerInit
@testable import ContainerPlan
@testable import ContainerSteps
@testable import apus

@Suite struct FeaturesCommandTests {
    @Test func printsTheDocument() throws {
        let run = try Apus("features")
        #expect(run.status == 0)
        #expect(run.stderr == "")
        #expect(run.stdout.hasPrefix("{\n    \"ociVersionMin\": \"1.0.0\",\n    \"ociVersionMax\": \"1.3.0\",\n"))
        #expect(run.stdout.hasSuffix("\n}\n"))
        var printed = try Features(json: [UInt8](run.stdout.utf8))
        // Only a stamped program knows its commit.
        printed.annotations["apus.commit"] = nil
        #expect(printed == Features.supported)
    }

    /// What engines ask before they use recursive read-only mounts and pods with user namespaces.
    @Test func answersWhatEnginesAsk() throws {
        let features = Features.supported
        let options = try #require(features.mountOptions)
        #expect(options == options.sorted())
        #expect(options.contains("rro"))
        #expect(!options.contains("idmap") && !options.contains("ridmap"))
        #expect(features.linux?.mountExtensions?.idmap?.enabled == true)
        #expect(features.linux?.namespaces == ["cgroup", "ipc", "mount", "network", "pid", "time", "user", "uts"])
        #expect(features.hooks?.count == 6)
        #expect(
            features.potentiallyUnsafeConfigAnnotations == ["bundle", "org.criu.config", "org.systemd.property."])
        #expect(features.linux?.capabilities?.count == 41)
        #expect(
            features.annotations["io.github.seccomp.libseccomp.version"]?.parts(separatedBy: UInt8(ascii: ".")).count
                == 3)
    }

    @Test func takesNoArguments() throws {
        let run = try Apus("features", "x")
        #expect(run.stdout.hasPrefix("Incorrect Usage.\n\nNAME:\n   apus features - "))
        #expect(run.status == 1)
    }
}
