import Linux

/// The taking away of what a container had: one part after the other, whatever becomes of each.
struct CleanUp {
    /// What could not be taken away, so that it must stay known.
    private(set) var failure: ContainerError?

    /// Takes one part away; what fails is tried once more, since nobody may come back to it.
    mutating func step(_ body: () throws(ContainerError) -> Void) {
        do throws(ContainerError) {
            try body()
        } catch {
            // Waited for already.
            if error.errno == .busy { return note(error) }
            do throws(ContainerError) { try body() } catch { note(error) }
        }
    }

    private mutating func note(_ error: ContainerError) {
        if failure == nil { failure = error }
    }
}
