// Makes the calls that change the process which makes them, each set of them in a process of its own, and looks at what the
// kernel says afterwards. A test process has many threads, and they want to stay as they are.
//
// Without an argument it prints the names of what it can try; with a name and an empty directory it tries that, prints what
// did not hold, and ends with 1 if anything did not.
import CLinuxKernel
import LinuxKernel

let scenarios: [Scenario] =
    identityScenarios + namespaceScenarios + processScenarios + descriptorScenarios
    + filterScenarios

if CommandLine.arguments.count < 3 {
    for scenario in scenarios { print(scenario.name) }
} else {
    for scenario in scenarios where scenario.name == CommandLine.arguments[1] {
        do throws(Errno) {
            try scenario.perform(Path(CommandLine.arguments[2]))
        } catch {
            Outcome.note("it ended with " + error.name)
        }
        exitProcess(Outcome.failures.isEmpty ? 0 : 1)
    }
    exitProcess(2)
}
