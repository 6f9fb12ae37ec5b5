import Cgroups
import ContainerInit
import ContainerPlan
import ContainerSteps
import LinuxKernel

/// The options of the host's cgroup2, such as `nsdelegate`, which are one for all of its mounts.
///
/// CRIU mounts it once more for itself, without options, and so takes them away from the host.
struct HostCgroupOptions {
    private var place: Path?
    private var options = ByteString()

    /// Notes what they are.
    init() {
        do throws(CgroupError) {
            place = try CgroupLayout.detect().unified?.mountPoint
        } catch {
            return  // whoever needs the cgroup says why there is none
        }
        options = Self.current(place) ?? ByteString()
    }

    /// Gives the host back what it has lost.
    func restore(_ report: WarningReport) {
        guard let place, !options.isEmpty, let now = Self.current(place), now != options else { return }
        do throws(Errno) {
            let mount = try FileDescriptor.open(place, [.path, .directory])
            let flags = try mount.mountFlags()
            let data = options.parts(separatedBy: UInt8(ascii: ",")).filter { $0 != "rw" && $0 != "ro" }
            try LinuxKernel.mount(nil, on: place, flags.union(.remount), data: Self.joined(data))
        } catch {
            report("CRIU has changed the options of \(place) from \(options) to \(now): " + error.message)
        }
    }

    private static func joined(_ words: [ByteString]) -> ByteString {
        var text = ByteString()
        for (index, word) in words.enumerated() { text += index == 0 ? word : ",\(word)" }
        return text
    }

    private static func current(_ place: Path?) -> ByteString? {
        guard let place else { return nil }
        do throws(Errno) {
            let table = try readKernelFile("/proc/self/mountinfo", limit: 16 << 20)
            return MountTable.entries(table.bytes).last { $0.type == "cgroup2" && $0.point == place }?.options
        } catch {
            return nil
        }
    }
}
