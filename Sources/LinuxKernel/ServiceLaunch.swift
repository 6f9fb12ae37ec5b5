import CLinuxKernel

/// A program of the host that serves the caller over descriptors that it is handed; they stay the caller's, and must stay open
/// until it runs.
package struct ServiceRequest: ~Copyable {
    package let path: Path
    package let arguments: [ByteString]
    /// The open files that become its descriptors 0, 1, 2 and so on; it has no others.
    package var descriptors: [DescriptorNumber]
    /// The cgroup v2 directory that it starts in.
    package var cgroup: DescriptorNumber?
    /// The `tasks` files of the version 1 cgroups that it joins.
    package var tasks: [DescriptorNumber] = []
    /// Binds a directory on another in a mount namespace of the program's own, whose mounts nobody else sees.
    package var bind: (directory: Path, place: Path)?

    package init(_ path: Path, arguments: [ByteString], descriptors: [DescriptorNumber]) {
        self.path = path
        self.arguments = arguments
        self.descriptors = descriptors
    }
}

/// Why a service was not started.
package struct ServiceFailure: Error {
    package let errno: Errno
    package let step: Step

    /// What was done when it failed.
    package enum Step: Int32, Sendable {
        case execute = 1
        case mount = 2
        case prepare = 3
    }
}

/// Starts the service; it has the environment, the working directory and the process group of this process.
package func startService(_ request: borrowing ServiceRequest) throws(ServiceFailure) -> ProcessHandle {
    var failure: ServiceFailure?
    let process: ProcessHandle
    do throws(Errno) {
        process = try startAnyhow(request, &failure)
    } catch {
        throw ServiceFailure(errno: error, step: .prepare)
    }
    if let failure { throw failure }
    return process
}

private func startAnyhow(
    _ request: borrowing ServiceRequest, _ failure: inout ServiceFailure?
) throws(Errno) -> ProcessHandle {
    do throws(Errno) {
        return try start(request, into: request.cgroup, joining: request.tasks, &failure)
    } catch {
        guard let cgroup = request.cgroup, mayLackCloningIntoCgroup(error) else { throw error }
        let processes = try fileForJoining(cgroup)
        return try start(request, into: nil, joining: request.tasks + [processes.number], &failure)
    }
}

private func start(
    _ request: borrowing ServiceRequest, into cgroup: DescriptorNumber?, joining tasks: [DescriptorNumber],
    _ failure: inout ServiceFailure?
) throws(Errno) -> ProcessHandle {
    let report = try FileDescriptor.pipe()
    let writer = report.write.raw
    var pidDescriptor: Int32 = -1
    var result = 0
    let path = request.path
    let (descriptors, tasks) = (request.descriptors.map(\.rawValue), tasks.map(\.rawValue))
    let (directory, place) = request.bind ?? ("/", "/")
    var flags = CloneFlags.pidDescriptor
    if request.bind != nil { flags.insert(.newMount) }
    if cgroup != nil { flags.insert(.intoCgroup) }
    withCStrings(request.arguments) { argv in
        withCStrings(environmentVariables()) { envp in
            withUnsafeMutablePointer(to: &pidDescriptor) { pidPointer in
                var clone = linux_clone_args()
                clone.flags = flags.rawValue
                clone.pidfd = UInt64(UInt(bitPattern: pidPointer))
                clone.exit_signal = UInt64(SIGCHLD)
                clone.cgroup = UInt64(cgroup?.rawValue ?? 0)
                result = path.withCString { path in
                    directory.withCString { directory in
                        place.withCString { place in
                            linux_clone3_service(
                                &clone, path, argv, envp, descriptors, Int32(descriptors.count), tasks,
                                Int32(tasks.count), directory, place, writer, ThreadStatus.current().ignoredSignals)
                        }
                    }
                }
            }
        }
    }
    let process = ProcessHandle(pid: Int32(try checked(result)), descriptor: FileDescriptor(owning: pidDescriptor))
    // The pipe closes with a successful exec, so this read ends then.
    let reader = report.takeRead()
    let words = try reader.read(count: 8)
    guard words.count == 8 else { return process }
    _ = try process.reap()
    words.withUnsafeBytes {
        failure = ServiceFailure(
            errno: Errno(rawValue: $0.loadUnaligned(fromByteOffset: 0, as: Int32.self)),
            step: ServiceFailure.Step(rawValue: $0.loadUnaligned(fromByteOffset: 4, as: Int32.self)) ?? .prepare)
    }
    return process
}
