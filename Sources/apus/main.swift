import Containers
import Linux

if ArgumentVector.isInit { runInitProcess() }
do throws(ArgumentVector.InvalidWord) {
    var program = Program(try ArgumentVector.current())
    exitProcess(program.run())
} catch {
    writeStandardError("argument " + String(error.index) + " is not valid UTF-8\n")
    exitProcess(ExitStatus.failure)
}
