import ByteStrings
import ContainerRuntime
import RuntimeSpec

extension Command {
    /// Changes the limits of a container.
    static var update: Command {
        Command(
            "update", summary: "change the resource limits of a container", synopsis: "<container-id>",
            description: """
                Changes limits of a container that is created, running or paused. What is not given stays
                as it is, and if a value is refused nothing changes. Without any flag all limits are
                written again.

                Sizes take a unit: 512k, 1.5G, 100MiB; -1 is no limit.

                   # apus update --memory 512m --memory-swap 1g --pids-limit 100 web

                With --resources the values come from a file, or from standard input for "-", and all flags
                but those of Intel RDT are ignored. The file holds what stands under linux.resources in
                config.json:

                   {
                     "memory": { "limit": 536870912 },
                     "cpu": { "quota": 50000, "period": 100000, "cpus": "0-1" },
                     "blockIO": { "weight": 500 }
                   }
                """,
            arguments: .exactly(1), flags: [.resources] + Flag.limits + [.l3CacheSchema, .memBwSchema],
            subject: .container
        ) { (invocation) throws(CommandError) in
            // First, as in every command: what else is wrong does not matter where there is no container.
            let container = try invocation.container()
            let arguments = invocation.arguments
            let resources: Resources
            if let path = arguments.path(.resources) {
                warnOfIgnoredFlags(invocation)
                resources = try readResources(path)
            } else {
                resources = try givenResources(arguments)
            }
            do throws(ContainerError) {
                try container.update(
                    resources, l3CacheSchema: arguments.path(.l3CacheSchema)?.bytes,
                    memBwSchema: arguments.path(.memBwSchema)?.bytes, report: invocation.report)
            } catch {
                throw CommandError(error)
            }
            return ExitStatus.success
        }
    }
}

extension Flag {
    /// Those that give a limit each.
    fileprivate static var limits: [Flag] {
        [
            .blkioWeight, .cpuPeriod, .cpuQuota, .cpuBurst, .cpuShare, .cpuRTPeriod, .cpuRTRuntime, .cpuIdle,
            .cpusetCpus, .cpusetMems, .memory, .memoryReservation, .memorySwap, .kernelMemory, .kernelMemoryTCP,
            .pidsLimit,
        ]
    }
}

private func warnOfIgnoredFlags(_ invocation: borrowing Invocation) {
    let ignored = Flag.limits.filter { invocation.arguments.isGiven($0) }.map { "--" + $0.name.description }
    if ignored.isEmpty { return }
    invocation.log.warning("ignored, since --resources is given: " + ignored.joined(separator: ", "))
}

/// The limits in a file, which engines write for each call, or on standard input.
private func readResources(_ path: Path) throws(CommandError) -> Resources {
    let bytes = try readDocument(path)
    do throws(SpecError) {
        return try Resources(json: bytes)
    } catch {
        throw CommandError(error.text(of: nameOfDocument(path)))
    }
}

/// The limits that the flags give.
private func givenResources(_ arguments: ParsedArguments) throws(CommandError) -> Resources {
    func value<Value>(
        _ flag: Flag, _ parse: (String) throws(GoSyntax.AmountError) -> Value
    ) throws(CommandError) -> Value? {
        guard let text = arguments.nonEmptyText(flag) else { return nil }
        do throws(GoSyntax.AmountError) {
            return try parse(text)
        } catch {
            throw CommandError("invalid value for " + flag.name.description + ": " + error.text)
        }
    }
    var blockIO = BlockIOResources()
    if let weight = arguments.integer(.blkioWeight), weight != 0 {
        guard let weight = UInt16(exactly: weight) else {
            throw CommandError("invalid value for blkio-weight: " + String(weight) + " (valid range is 10-1000)")
        }
        blockIO.weight = weight
    }
    var cpu = CPUResources(cpus: arguments.nonEmptyText(.cpusetCpus), mems: arguments.nonEmptyText(.cpusetMems))
    cpu.period = try value(.cpuPeriod, GoSyntax.unsigned)
    cpu.realtimePeriod = try value(.cpuRTPeriod, GoSyntax.unsigned)
    cpu.shares = try value(.cpuShare, GoSyntax.unsigned)
    cpu.burst = try value(.cpuBurst, GoSyntax.unsigned)
    cpu.quota = try value(.cpuQuota, GoSyntax.signed)
    cpu.realtimeRuntime = try value(.cpuRTRuntime, GoSyntax.signed)
    cpu.idle = try value(.cpuIdle, GoSyntax.signed)
    var memory = MemoryResources()
    memory.limit = try value(.memory, GoSyntax.size)
    memory.swap = try value(.memorySwap, GoSyntax.size)
    memory.kernel = try value(.kernelMemory, GoSyntax.size)
    memory.kernelTCP = try value(.kernelMemoryTCP, GoSyntax.size)
    memory.reservation = try value(.memoryReservation, GoSyntax.size)
    let pids = PidsResources(limit: arguments.integer(.pidsLimit).map { Int64($0) })
    return Resources(memory: memory, cpu: cpu, pids: pids, blockIO: blockIO)
}
