import ByteStrings
import ContainerRuntime

extension Command {
    /// Prints what `create` would do.
    static var explain: Command {
        Command(
            "explain", summary: "show what create would do with a bundle, step by step",
            description: """
                Prints the plan of a bundle without touching the host: each step with its number, the
                process and phase it belongs to, what is done, and the property of config.json that
                asks for it; then the properties that have no effect. In JSON every step has
                its fields; with --verbose the text has the filter of system calls and the
                environment, too.
                """,
            arguments: .none, flags: [.bundle, .configuration, .explainFormat, .explainVerbose]
        ) { (invocation) throws(CommandError) in
            try printExplanation(invocation.arguments)
            return ExitStatus.success
        }
    }
}

private func printExplanation(_ arguments: ParsedArguments) throws(CommandError) {
    let format = arguments.text(.explainFormat) ?? "text"
    guard format == "text" || format == "json" else { throw CommandError("invalid format option") }
    var options = CreateOptions(bundle: arguments.path(.bundle) ?? ".")
    options.configurationFile = arguments.path(.configuration)
    let manager = try CgroupManager(arguments)
    options.usesCgroups = manager != .disabled
    options.usesSystemdCgroup = manager == .systemd
    options.detaches = false
    options.isRootless = Caller.isRootless
    let plan: PlanDescription
    do throws(ContainerError) {
        plan = try ContainerStore(root: "/run/apus", trustsAnnotations: arguments.isOn(.trustAnnotations))
            .explain("container", .bundle, options)
    } catch {
        throw CommandError(error)
    }
    let text = arguments.isOn(.explainVerbose) ? plan.verboseText : plan.text
    try writeStandardOutput(format == "json" ? plan.json + [UInt8(ascii: "\n")] : [UInt8](text.utf8))
}
