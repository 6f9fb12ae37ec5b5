import ContainerInit
import ContainerPlan
import ContainerSteps
import LinuxKernel

extension Container {
    /// How the first process ended, as its parent recorded; nil where nobody did.
    package var recordedStatus: ProcessStatus? {
        StateLook(record, at: store.directory(of: id)).recordedEnd
    }

    /// Remembers how the first process ended, for those who ask later. The caller has the status in any case.
    package func noteEnd(_ status: ProcessStatus, _ report: WarningReport) {
        guard let pid = record.pid else { return }
        let exit = ExitRecord(pid: pid, startTime: record.startTime, status: status)
        do throws(ContainerError) {
            guard let directory = try StateDirectory.open(at: store.directory(of: id), patience: 2000) else { return }
            try directory.write(exit.encoded, as: ExitRecord.name)
        } catch {
            report("the exit status of " + id + " is not recorded: " + error.message)
        }
    }
}
