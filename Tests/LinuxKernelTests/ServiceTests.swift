import Testing

@testable import LinuxKernel

/// Programs that serve the runtime.
struct ServiceTests {
    private func start(
        _ path: Path = "/bin/sh", _ script: ByteString, _ descriptors: [DescriptorNumber],
        bind: (directory: Path, place: Path)? = nil
    ) throws(ServiceFailure) -> ProcessStatus {
        var request = ServiceRequest(path, arguments: ["sh", "-c", script], descriptors: descriptors)
        request.bind = bind
        let process = try startService(request)
        do throws(Errno) {
            return try process.reap()
        } catch {
            throw ServiceFailure(errno: error, step: .prepare)
        }
    }

    @Test func itHasWhatItIsHandedAndNothingElse() throws {
        let null = try FileDescriptor.open("/dev/null", .readWrite)
        let pipe = try FileDescriptor.pipe()
        try pipe.write.writeOnce("word\n")
        let other = try null.duplicate(atLeast: 30)
        // Without close-on-exec, as a caller may have left one.
        try other.duplicate(onto: other.number)
        let left: Path = "/proc/self/fd/\(other.number.rawValue)"
        let script: ByteString = """
            read word <&3 && test "$word" = word && test ! -e /proc/self/fd/4 && test ! -e \(left) && exit 5
            """
        #expect(try start("/bin/sh", script, [null.number, null.number, null.number, pipe.read.number]) == .exited(5))
    }

    @Test func aProgramThatIsMissing() throws {
        let null = try FileDescriptor.open("/dev/null", .readWrite)
        let failure = #expect(throws: ServiceFailure.self) {
            try start("/no/such/program", "", [null.number, null.number, null.number])
        }
        #expect(failure?.errno == .noSuchFileOrDirectory && failure?.step == .execute)
    }

    @Test(.enabled(if: effectiveUser == 0, "mounts take root"))
    func itsMountsAreItsOwn() throws {
        let null = try FileDescriptor.open("/dev/null", .readWrite)
        let streams = [null.number, null.number, null.number]
        let directory = try TemporaryDirectory()
        try makeDirectory("from", at: directory.descriptor, mode: 0o755)
        try makeDirectory("to", at: directory.descriptor, mode: 0o755)
        try makeDirectory("from/inside", at: directory.descriptor, mode: 0o755)
        let (from, place) = (directory.path.appending("from"), directory.path.appending("to"))
        #expect(try start("/bin/sh", "test -d \(place)/inside && exit 6", streams, bind: (from, place)) == .exited(6))
        #expect(!fileExists(place.appending("inside")))
        let failure = #expect(throws: ServiceFailure.self) {
            try start("/bin/sh", "", streams, bind: ("/no/such", place))
        }
        #expect(failure?.errno == .noSuchFileOrDirectory && failure?.step == .mount)
    }
}

/// The copy of the program that takes the overlay's place.
struct MemoryCopyTests {
    @Test func itIsWholeAndStaysAsItIs() throws {
        let copy = try SealedExecutable.copyToMemory()
        let status = try copy.status()
        #expect(status.size == (try fileStatus("/proc/self/exe").size) && status.permissions == 0o555)
        #expect(throws: Errno.notPermitted) { try copy.write([0]) }
        let again = try FileDescriptor.open(copy.procPath)
        let original = try FileDescriptor.open("/proc/self/exe")
        #expect(try again.readFromStart(count: 65536) == original.readFromStart(count: 65536))
    }
}
