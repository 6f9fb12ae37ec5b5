import ByteStrings
import Testing

@testable import RuntimeSpec

/// What limits are after a change.
@Suite struct ResourcesUpdateTests {
    @Test func whatIsNotGivenStays() {
        let before = Resources(
            memory: MemoryResources(limit: 64, reservation: 32, swap: 128), cpu: CPUResources(shares: 512, cpus: "0"),
            pids: PidsResources(limit: 9))
        let zeros = Resources(
            memory: MemoryResources(limit: 0, reservation: 0, swap: 0, kernel: 5),
            cpu: CPUResources(shares: 0, quota: 0, cpus: ""),
            pids: PidsResources(), blockIO: BlockIOResources(weight: 0), network: NetworkResources(classID: 0))
        #expect(before.updated(by: zeros) == before)
        #expect(zeros.setsNothing)
        let after = before.updated(by: Resources(memory: MemoryResources(limit: 80), cpu: CPUResources(quota: -1)))
        #expect(after.memory == MemoryResources(limit: 80, reservation: 32, swap: 128))
        #expect(after.cpu == CPUResources(shares: 512, quota: -1, cpus: "0"))
        #expect(after.pids == before.pids)
    }

    @Test func memoryWithoutALimitTakesSwapAlong() {
        let before = Resources(memory: MemoryResources(limit: 64, swap: 128))
        #expect(
            before.updated(by: Resources(memory: MemoryResources(limit: -1))).memory == MemoryResources(limit: -1))
        #expect(
            before.updated(by: Resources(memory: MemoryResources(limit: -1, swap: -1))).memory
                == MemoryResources(limit: -1, swap: -1))
    }

    @Test func entriesCountByWhatTheyAreAbout() {
        let before = Resources(
            blockIO: BlockIOResources(
                weightDevice: [WeightDevice(major: 8, minor: 0, weight: 100, leafWeight: 50)],
                throttleReadBpsDevice: [ThrottleDevice(major: 8, minor: 0, rate: 1)]),
            hugepageLimits: [HugepageLimit(pageSize: "2MB", limit: 1)], rdma: ["m": RdmaLimit(hcaHandles: 1)])
        let after = before.updated(
            by: Resources(
                blockIO: BlockIOResources(
                    weightDevice: [WeightDevice(major: 8, minor: 0, weight: 200)],
                    throttleReadBpsDevice: [
                        ThrottleDevice(major: 8, minor: 16, rate: 2), ThrottleDevice(major: 8, minor: 0, rate: 3),
                    ]),
                hugepageLimits: [HugepageLimit(pageSize: "1GB", limit: 5), HugepageLimit(pageSize: "2MB", limit: 6)],
                rdma: ["m": RdmaLimit(hcaObjects: 2), "n": RdmaLimit(hcaHandles: 3)]))
        #expect(after.blockIO?.weightDevice == [WeightDevice(major: 8, minor: 0, weight: 200, leafWeight: 50)])
        #expect(
            after.blockIO?.throttleReadBpsDevice == [
                ThrottleDevice(major: 8, minor: 0, rate: 3), ThrottleDevice(major: 8, minor: 16, rate: 2),
            ])
        #expect(
            after.hugepageLimits == [
                HugepageLimit(pageSize: "2MB", limit: 6), HugepageLimit(pageSize: "1GB", limit: 5),
            ])
        #expect(after.rdma == ["m": RdmaLimit(hcaHandles: 1, hcaObjects: 2), "n": RdmaLimit(hcaHandles: 3)])
    }

    @Test func aPropertyTakesTheFilesPlace() {
        let before = Resources(unified: ["memory.max": "1", "memory.swap.max": "2", "pids.max": "3", "io.max": "4"])
        let after = before.updated(
            by: Resources(memory: MemoryResources(limit: 64), pids: PidsResources(limit: 5), unified: ["io.max": "6"]))
        #expect(after.unified == ["memory.swap.max": "2", "io.max": "6"])
        #expect(before.updated(by: Resources(memory: MemoryResources(limit: -1))).unified["memory.swap.max"] == nil)
    }

    @Test func rulesOfDevicesAreAWhole() {
        let rules = [DeviceRule(allow: false), DeviceRule(allow: true, type: .character, major: 1)]
        let before = Resources(devices: rules)
        #expect(before.updated(by: Resources(pids: PidsResources(limit: 5))).devices == rules)
        #expect(before.updated(by: Resources(devices: [DeviceRule(allow: true)])).devices == [DeviceRule(allow: true)])
    }
}
