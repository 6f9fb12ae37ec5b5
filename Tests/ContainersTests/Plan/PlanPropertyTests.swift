import Cgroups
import LinuxKernel
import RuntimeSpec
import Testing

@testable import ContainerInit
@testable import ContainerPlan
@testable import ContainerRuntime
@testable import ContainerSteps

/// What holds for every plan, whatever the configuration and the host.
struct PlanPropertyTests {
    /// Checks what holds for every plan, and gives what does not.
    private func problems(_ plan: ContainerPlan) throws -> [String] {
        var problems = PlanSimulation(plan).problems
        var encoder = PlanEncoder()
        encoder.encode(plan.child)
        var decoder = PlanDecoder(encoder.bytes)
        let decoded = try ChildPlan(from: &decoder)
        if !decoder.isAtEnd { problems.append("bytes are left of the coded plan") }
        var again = PlanEncoder()
        again.encode(decoded)
        if again.bytes != encoder.bytes { problems.append("the plan is another one after its coding") }
        return problems
    }

    @Test func theConfigurationsOfTheEnginesAreThere() {
        #expect(PlanSamples.engines.count > 30)
    }

    @Test(arguments: PlanSamples.engines)
    func everyConfigurationOfAnEngineHasAPlan(_ name: String) throws {
        let spec = try PlanSamples.spec(name)
        for layout in PlanSamples.layouts where layout.kind != .none {
            let plan = try PlanSamples.plan(spec, on: layout)
            #expect(try problems(plan) == [], "\(layout.kind)")
            // Both lanes, and every step with its cause, can be shown.
            let count = plan.parent.count + plan.child.steps.count + plan.afterStart.count + plan.atEnd.count
            #expect(PlanDescription(plan, of: spec).lines.count == count)
        }
    }

    /// Without any cgroups the container has a plan, or an error names what cannot be had.
    @Test(arguments: PlanSamples.engines)
    func aHostWithoutCgroups(_ name: String) throws {
        let spec = try PlanSamples.spec(name)
        do {
            #expect(try problems(PlanSamples.plan(spec, on: CgroupLayout())) == [])
        } catch let error as ContainerError {
            #expect([.mounts, .resources].contains(error.origin?.property), "\(error.message)")
            #expect(error.message.contains("cgroup"))
        }
    }

    /// The same plan for the same input: nothing of the host's present state leaks in.
    @Test(arguments: PlanSamples.engines)
    func planningIsPure(_ name: String) throws {
        let spec = try PlanSamples.spec(name)
        for layout in PlanSamples.layouts where layout.kind != .none {
            var (first, second) = (PlanEncoder(), PlanEncoder())
            first.encode(try PlanSamples.plan(spec, on: layout).child)
            second.encode(try PlanSamples.plan(spec, on: layout).child)
            #expect(first.bytes == second.bytes)
        }
    }

    private func target(_ namespaces: CloneFlags) -> ExecTarget {
        var target = ExecTarget()
        target.namespaces = namespaces
        return target
    }

    @Test func theShortPlanOfExecFits() throws {
        for name in PlanSamples.engines {
            let spec = try PlanSamples.spec(name)
            guard let process = spec.process else { continue }
            let plan = try PlanBuilder(
                spec: spec, id: "box", options: CreateOptions(bundle: "/bundle"),
                facts: PlanSamples.facts(PlanSamples.layouts[0], spec)
            ).buildExec(process, in: target([.newPID, .newMount, .newUser]))
            #expect(try problems(plan) == [], "\(name)")
        }
    }

    @Test func passedDescriptorsAreTaken() throws {
        let spec = try PlanSamples.spec(try #require(PlanSamples.engines.first))
        var options = PlanSamples.options(spec)
        options.passedDescriptors = 3
        let plan = try PlanBuilder(
            spec: spec, id: "box", options: options, facts: PlanSamples.facts(PlanSamples.layouts[1], spec)
        ).build()
        #expect(try problems(plan) == [])
    }

    /// Real configurations, bent at random in ways that stay within the specification.
    @Test(arguments: 0..<16)
    func variedConfigurations(_ seed: UInt64) throws {
        var random = SpecVariation(seed: seed)
        var plans = 0
        for name in PlanSamples.engines {
            let spec = random.vary(try PlanSamples.spec(name))
            for layout in PlanSamples.layouts {
                do {
                    let plan = try PlanSamples.plan(spec, on: layout)
                    plans += 1
                    #expect(try problems(plan) == [], "\(name) on \(layout.kind): \(random.applied)")
                } catch let error as ContainerError {
                    #expect(!error.message.isEmpty)
                }
            }
        }
        // Most variations are fine; if none were, this would prove nothing.
        #expect(plans > 40)
    }

    /// Configurations with a few wrong bytes: some are still read, and whatever they say gives a plan or an error, even
    /// when nobody looks at their meaning first.
    @Test(arguments: 0..<10)
    func damagedConfigurations(_ seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        var read = 0
        for name in PlanSamples.engines {
            guard let spec = try damaged(PlanSamples.bytes(name), &generator) else { continue }
            read += 1
            for layout in PlanSamples.layouts {
                do {
                    _ = try PlanSamples.plan(spec, on: layout)
                } catch is ContainerError {
                } catch is CgroupError {
                    // The path of the cgroup is looked at before the plan.
                }
            }
        }
        #expect(read > 0, "no damaged configuration was read")
    }

    /// A configuration with other values in some places, damaged anew until it is read; nil if it never is.
    private func damaged(_ whole: [UInt8], _ generator: inout SeededGenerator) throws -> Spec? {
        let texts: [[UInt8]] = ["-1", "0", "4294967295", "9223372036854775807", "null", "\"\"", "[]", "{}", "true"]
            .map { Array($0.utf8) }
        for _ in 0..<8 {
            var bytes = whole
            for _ in 0..<Int.random(in: 1...4, using: &generator) {
                // A value is replaced: what is between a colon and the next end of a line.
                let colons = bytes.indices.filter { bytes[$0] == UInt8(ascii: ":") }
                guard let colon = colons.randomElement(using: &generator),
                    let end = bytes[colon...].firstIndex(of: UInt8(ascii: "\n"))
                else { continue }
                let hasComma = bytes[end - 1] == UInt8(ascii: ",")
                let text = texts.randomElement(using: &generator) ?? []
                bytes.replaceSubrange((colon + 1)..<(hasComma ? end - 1 : end), with: text)
            }
            if bytes != whole, let spec = try? Spec(json: bytes) { return spec }
        }
        return nil
    }

    // MARK: - Single properties

    private func minimal(_ change: (inout Spec) -> Void) -> Spec {
        var spec = Spec(
            process: Process(args: ["sh"], cwd: "/"), root: Root(path: "rootfs"),
            linux: LinuxConfiguration(namespaces: [Namespace(type: .mount), Namespace(type: .pid)]))
        change(&spec)
        return spec
    }

    private func build(_ spec: Spec, _ change: (inout HostFacts) -> Void = { _ in }) throws -> ContainerPlan {
        var facts = HostFacts(bundle: "/bundle")
        change(&facts)
        return try PlanBuilder(spec: spec, id: "box", options: CreateOptions(bundle: "/bundle"), facts: facts).build()
    }

    private func failure(_ body: () throws -> ContainerPlan) -> ContainerError? {
        do {
            _ = try body()
            return nil
        } catch {
            return error as? ContainerError
        }
    }

    @Test func labelsNeedTheirSecurityModule() throws {
        let apparmor = minimal { $0.process?.apparmorProfile = "box-profile" }
        #expect(failure { try build(apparmor) }?.origin == Origin(.apparmorProfile))
        let selinux = minimal { $0.process?.selinuxLabel = "system_u:system_r:box_t:s0" }
        #expect(failure { try build(selinux) }?.origin == Origin(.selinuxLabel))
        for (spec, module, label) in [
            (apparmor, SecurityLabelStep.Module.apparmor, "box-profile"),
            (selinux, SecurityLabelStep.Module.selinux, "system_u:system_r:box_t:s0"),
        ] {
            let plan = try build(spec) {
                $0.hasAppArmor = true
                $0.hasSELinux = true
            }
            let labels = plan.child.steps.compactMap { $0.step as? SecurityLabelStep }
            #expect(labels.map(\.module) == [module] && labels.map(\.label) == [ByteString(label)])
            let rings = plan.child.steps.compactMap { $0.step as? KeyringStep }
            #expect(rings.map(\.label) == [module == .selinux ? ByteString(label) : ""])
        }
    }

    @Test func theMountLabelReachesTheMounts() throws {
        let spec = minimal {
            $0.mounts = [
                Mount(destination: "/dev", type: "tmpfs", source: "tmpfs"),
                Mount(destination: "/data", type: "bind", source: "/srv", options: ["bind"]),
            ]
            $0.linux?.mountLabel = "system_u:object_r:box_t:s0"
            $0.linux?.maskedPaths = ["/proc/kcore"]
        }
        let plan = try build(spec) { $0.hasSELinux = true }
        var labels: [Path: ByteString] = [:]
        for step in plan.child.steps {
            if let mount = step.step as? MountStep { labels[mount.destination] = mount.label }
            if let masked = step.step as? MaskedPathsStep { labels["masked"] = masked.label }
        }
        #expect(labels["/dev"] == "system_u:object_r:box_t:s0")
        #expect(labels["masked"] == "system_u:object_r:box_t:s0")
    }

    @Test func networkDevicesAreNotForRootless() throws {
        let spec = minimal {
            $0.linux?.namespaces.append(Namespace(type: .network))
            $0.linux?.netDevices = ["eth7": NetDevice(name: "eth0")]
        }
        #expect(
            failure { try build(spec) { $0.isRootless = true } }?.message
                == "linux.netDevices: network devices are not supported for rootless containers")
        // The child must not go on to its own hooks and sysctls before the devices are there.
        let operations = try build(spec).parent.map { type(of: $0.step).name.description }
        #expect(operations.contains("move-network-device"))
        let (moved, released) = (
            operations.firstIndex(of: "move-network-device"), operations.lastIndex(of: "release-init")
        )
        #expect(try #require(moved) < (try #require(released)))
    }

    @Test func processorsAreListsWithBlanks() throws {
        let spec = minimal {
            $0.process?.execCPUAffinity = ExecCPUAffinity(initial: " 0-1 , 3 ", final: "2\n")
        }
        let plan = try PlanBuilder(
            spec: spec, id: "box", options: CreateOptions(bundle: "/bundle"), facts: HostFacts(bundle: "/bundle")
        ).buildExec(try #require(spec.process), in: target(.newPID))
        #expect(plan.parent.compactMap { ($0.step as? SpawnStep)?.processors } == [[0, 1, 3]])
        let final = plan.child.steps.compactMap { ($0.step as? AffinityStep)?.processors }
        #expect(final == [[2]])
    }
}
