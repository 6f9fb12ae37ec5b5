import ContainerInit
import ContainerPlan
import ContainerSteps

/// The version of this runtime.
package let runtimeVersion: StaticString = "0.1.0"
