import ContainerRuntime
import LinuxKernel

/// The entry of the program, with the arguments as the kernel gives them.
///
/// Not a file main.swift, whose arguments Swift's runtime finds in /proc/self/maps: without /proc, or without a free
/// descriptor, it finds none. SwiftPM names the entry of an executable after its target, so that tests can link the
/// module into a program of their own, and makes it `main` when it links the executable.
@_cdecl("apus_main")
func enter(count: Int32, argv: UnsafePointer<UnsafeMutablePointer<CChar>?>?) -> Int32 {
    let arguments = ArgumentVector(count: count, words: argv)
    do throws(Errno) {
        if arguments.isInit, !arguments.asksForStamp { runInitProcess() }
        isStandardOutputMissing = try replaceClosedStreams().contains(.output)
        try surviveFailedWrites()
        if arguments.isInit { InitStamp.answer() }
        ThisProcess.becomeCommand()
        try closeOthersOnExec()
    } catch {
        writeStandardError("unable to secure the standard streams: " + error.message + "\n")
        exitProcess(ExitStatus.failure)
    }
    let words = arguments.byteStrings()
    // Newer kernels put an empty word where there is none.
    guard words.contains(where: { !$0.isEmpty }) else {
        writeStandardError("the program was called without any argument, even its own name\n")
        exitProcess(ExitStatus.failure)
    }
    var program = Program(words)
    exitProcess(program.run())
}
