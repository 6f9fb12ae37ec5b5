import ByteStrings
import Cgroups
import ContainerInit
import LinuxKernel

/// Runs `body`, giving what fails in a cgroup the form of all errors.
package func cgroupCall<Result: ~Copyable>(
    _ body: () throws(CgroupError) -> Result
) throws(ContainerError) -> Result {
    do throws(CgroupError) {
        return try body()
    } catch {
        throw ContainerError(error)
    }
}

extension ContainerError {
    /// The failure of a cgroup, with the property that asked for it in front.
    package init(_ error: CgroupError) {
        self.init(errno: error.errno, reason: error.messageWithoutCause, remedy: error.remedy)
        if !error.value.isEmpty {
            value = "\"" + error.value.replacingLineFeeds + "\""
        }
        for property in [Origin.Property.cgroupsPath, .resources]
        where error.property.hasPrefix(property.name.description) {
            origin = Origin(property)
            member = String(error.property.dropFirst(property.name.description.count))
            return
        }
        // Properties of a document that is not the whole configuration.
        if !error.property.isEmpty { value = error.property + (value.isEmpty ? "" : " " + value) }
    }
}
