import ContainerRuntime
import LinuxKernel
import RuntimeSpec

@testable import ContainerInit
@testable import ContainerPlan
@testable import ContainerSteps

/// What a test wants the probe to do.
package struct ProbeScenario: FieldRecord {
    package var hasUserNamespace = false
    package var hasNetworkNamespace = true
    package var hasCgroupNamespace = false
    /// True to make a terminal of the container's devpts and put it on /dev/console.
    package var hasConsole = false
    /// The host's id of the container's user 0.
    package var firstHostID: UInt32 = 100_000
    package var sources: [MountSourceStep] = []
    package var steps: [Planned<any ChildStep>] = []
    package var program: [String] = []
    /// The descriptors that the probe made of the sources.
    var slots: [Slot] = []
    var numbers: [DescriptorNumber] = []

    package init() {}

    package mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) throws(Visitor.Failure) {
        try visitor.field("userNamespace", &hasUserNamespace)
        try visitor.field("networkNamespace", &hasNetworkNamespace)
        try visitor.field("cgroupNamespace", &hasCgroupNamespace)
        try visitor.field("console", &hasConsole)
        try visitor.field("firstHostID", &firstHostID)
        try visitor.field("sources", &sources)
        try visitor.field("steps", &steps)
        try visitor.field("program", &program)
    }
}
