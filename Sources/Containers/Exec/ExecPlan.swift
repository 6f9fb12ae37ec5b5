import Linux
import RuntimeSpec

extension PlanBuilder {
    /// The short plan of one more process in a container: into its namespaces, then the steps of every process.
    ///
    /// - Parameter joins: the kinds of namespaces that the container has to itself or joined.
    package consuming func buildExec(
        _ process: Process, joining joins: CloneFlags, keepsKeyring: Bool
    ) throws(ContainerError) -> ContainerPlan {
        let forks = joins.contains(.newPID)
        var spawn = SpawnPlan(flags: [], isStaged: forks, waitsForMappings: false)
        spawn.processors = numbers(of: process.execCPUAffinity?.initial)
        addParent(.spawn(spawn), .rule)
        addChild(.resetAffinity, .rule)
        if let score = process.oomScoreAdj { addChild(.setOOMScore(Int32(clamping: score)), .oomScoreAdj) }
        // Hidden before anything in the container can see it (CVE-2016-9962). What is joined of the pid namespace holds for
        // children only: so the process stays out of the container's sight, with the host's /proc and its descriptors, until
        // it has become what the program is to be; see `addProcessSteps`.
        addChild(.hide, .rule)
        addChild(.joinNamespace(.containerProcess, joins), .namespaces)
        if joins.contains(.newUser) { addChild(.becomeNamespaceRoot, .namespaces) }
        if let list = process.execCPUAffinity?.final {
            addChild(.setAffinity(numbers(of: list)), .execCPUAffinity)
        }
        if !forks { addChild(.makeSession, .rule) }
        if !keepsKeyring { addChild(.joinKeyring(KeyringStep(name: "_ses.\(id)", permissions: 0)), .rule) }
        if process.terminal {
            addChild(
                .openTerminal(
                    TerminalStep(
                        height: process.consoleSize?.height ?? 0, width: process.consoleSize?.width ?? 0,
                        user: process.user.uid, isConsole: false)), .terminal)
            if !forks { addChild(.controlTerminal, .terminal) }
        } else {
            addChild(.reopenNullStreams, .rule)
        }
        try addProcessSteps(process, hooks: [], entersPIDNamespace: forks)
        addParent(.recordCreated, .rule)
        return plan
    }
}
