import SystemdBus

extension CgroupError {
    /// What systemd has refused, or has not answered.
    init(
        property: String = "", value: String = "", _ reason: String, _ error: BusError
    ) {
        self.init(
            property: property, value: value, errno: error.errno, reason: reason + ": " + error.messageWithoutCause,
            remedy: error.remedy)
    }
}
