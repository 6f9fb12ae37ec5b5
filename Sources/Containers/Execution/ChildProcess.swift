import ContainerInit
import ContainerRuntime
import LinuxKernel

/// A process that this library has made, from its start to the taking of its status.
///
/// It is watched from the first moment on, so that no zombie stays, whoever forgets it. Nobody else's children are waited
/// for.
final class ChildProcess: Sendable {
    let handle: ProcessHandle
    private let finalWord: SharedDescriptor?
    let end = Event<End>()

    /// How it ended; with the reason, where it ended before it was the program.
    struct End: Sendable {
        let termination: Termination
        let failure: ContainerError?
    }

    init(_ handle: consuming ProcessHandle, finalWord: SharedDescriptor?) throws(ContainerError) {
        self.handle = handle
        self.finalWord = finalWord
        _ = try Reactor.shared().once(self.handle.descriptor, EventQueue.input) { self.takeStatus() }
    }

    /// Called once it has ended.
    private func takeStatus() {
        var failure: ContainerError?
        do throws(ContainerError) { try FinalWord.check(finalWord) } catch { failure = error }
        do throws(Errno) {
            let (status, use) = try handle.reapWithUsage()
            end.happen(
                End(
                    termination: Termination(status: TerminationStatus(status), resourceUsage: ResourceUsage(use)),
                    failure: failure))
        } catch {
            // Some other part of the program waits for any child, or takes no notice of them; a recent kernel still knows.
            var status: ProcessStatus?
            do throws(Errno) { status = try handle.keptStatus() } catch { status = nil }
            end.happen(
                End(
                    termination: Termination(status: status.map { TerminationStatus($0) } ?? .unknown),
                    failure: failure))
        }
    }

    /// Sends a signal.
    func send(_ signal: Signal) throws(ContainerError) {
        do throws(Errno) {
            // Once its status is taken the descriptor names nobody.
            try handle.send(signal: signal.rawValue)
        } catch .noSuchProcess {
            throw ContainerError(.notRunning, exactly: "the process has ended")
        } catch {
            throw ContainerError(operation: "pidfd_send_signal", errno: error)
        }
    }
}
