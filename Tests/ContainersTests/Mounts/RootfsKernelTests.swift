import RuntimeSpec
import Testing

@testable import Containers

@Suite(.enabled(if: ProbedRootfs.canRun, "needs root and /bin/busybox"))
struct RootfsKernelTests {
    @Test func defaultConfigurationMountsWhatItSays() throws {
        let rootfs = try ProbedRootfs()
        rootfs.spec.linux?.maskedPaths = ProbedRootfs.maskedPaths
        rootfs.spec.linux?.readonlyPaths = ProbedRootfs.readonlyPaths
        rootfs.spec.root?.readonly = true
        let (output, status) = try rootfs.run("cat /proc/self/mountinfo; busybox ls -l /dev")
        #expect(status == 0)
        #expect(output.contains(" / ro,relatime - "))
        #expect(output.contains(" /proc rw,relatime - proc proc rw"))
        #expect(output.contains(" /dev rw,nosuid - tmpfs tmpfs rw,size=65536k,mode=755"))
        #expect(output.contains(" /dev/pts rw,nosuid,noexec,relatime - devpts devpts rw,gid=5,mode=620,ptmxmode=666"))
        #expect(output.contains(" /sys ro,nosuid,nodev,noexec,relatime - sysfs sysfs ro"))
        #expect(output.contains(" /sys /proc/sys ro,relatime - proc proc rw"))
        #expect(output.contains(" /null /proc/keys "))
        #expect(output.contains("ptmx -> pts/ptmx"))
        #expect(output.contains("crw-rw-rw-    1 0        0           1,   3"))
    }
}
