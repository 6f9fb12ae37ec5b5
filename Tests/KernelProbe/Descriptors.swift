import CLinuxKernel
import LinuxKernel

/// The table of descriptors and the standard streams.
let descriptorScenarios: [Scenario] = [
    Scenario("closing-descriptors") { (_) throws(Errno) in
        let file = try FileDescriptor.open("/dev/null")
        let numbers = [20, 21, 22, 40].map { DescriptorNumber(rawValue: $0) }
        for number in numbers { try file.duplicate(onto: number) }
        try closeDescriptors(behind: DescriptorNumber(rawValue: 2), but: [numbers[2], numbers[1], file.number])
        expect(numbers.map(\.isOpen) == [false, true, true, false], "\(numbers.map(\.isOpen))")
        expect(file.number.isOpen && DescriptorNumber.standardStreams.allSatisfy(\.isOpen))
        expect(linux_fcntl(21, F_GETFD, 0) == 0)
        try closeOthersOnExec()
        expect(linux_fcntl(21, F_GETFD, 0) == Int(FD_CLOEXEC) && linux_fcntl(2, F_GETFD, 0) == 0)
        try file.duplicate(onto: numbers[1])
        try closeOthersOnExec()
        expect(linux_fcntl(21, F_GETFD, 0) == Int(FD_CLOEXEC))
    },
    Scenario("passed-descriptors") { (_) throws(Errno) in
        let file = try FileDescriptor.open("/dev/null")
        try file.duplicate(onto: .passed(30))
        expect(DescriptorNumber.passed(30).rawValue == 33 && DescriptorNumber.passed(30).isOpen)
        let copy = try DescriptorNumber.passed(30).duplicate(atLeast: 50)
        expect(copy.number.rawValue >= 50)
        expect(try copy.status().deviceNumber == (1, 3))
        DescriptorNumber.passed(30).take().close()
        expect(!DescriptorNumber.passed(30).isOpen)
        expect(.badFileDescriptor) { () throws(Errno) in
            _ = try DescriptorNumber.passed(30).duplicate(atLeast: 50)
        }
        // What is lent stays open, whatever happens.
        expect(.notTerminal) { () throws(Errno) in
            try copy.number.lend { (file) throws(Errno) in _ = try file.namespaceKind() }
        }
        expect(copy.number.isOpen)
        try copy.duplicate().leaveOpen()
    },
    Scenario("launch-with-low-descriptors") { (_) throws(Errno) in
        let shell = try FileDescriptor.open("/bin/sh").duplicate(atLeast: 20)
        for (socket, program) in [(3, 4), (4, 3), (3, 5), (5, 3), (4, 5), (5, 4)] as [(Int32, Int32)] {
            let pair = try SocketPair()
            let answers = try pair.first.duplicate(atLeast: 20)
            let own = try pair.second.duplicate(atLeast: 20)
            // They may have the numbers.
            pair.takeFirst().close()
            let status = try launchedShell([socket, program].map { DescriptorNumber(rawValue: $0) }, own, shell)
            let answer = try answers.receive()?.bytes
            expect(status == .exited(0) && answer == Array("word\n".utf8), "\((socket, program)): \(status)")
        }
    },
    Scenario("closed-streams") { (_) throws(Errno) in
        expect(try replaceClosedStreams() == [])
        let kept = try DescriptorNumber.standardStreams[2].duplicate(atLeast: 10)
        _ = linux_close(0)
        _ = linux_close(2)
        let closed = try replaceClosedStreams()
        let streams = DescriptorNumber.standardStreams
        let areNull = [try streams[0].status(), try streams[2].status()].allSatisfy { $0.deviceNumber == (1, 3) }
        let stay = linux_fcntl(0, F_GETFD, 0) == 0 && linux_fcntl(2, F_GETFD, 0) == 0
        try kept.duplicate(onto: streams[2])
        expect(closed == [.input, .error] && areNull && stay)
    },
    Scenario("standard-streams") { (_) throws(Errno) in
        let file = try makeMemoryFile("streams", for: .data)
        try file.write(Array("input".utf8))
        _ = try check(linux_lseek(file.number.rawValue, 0, SEEK_SET))
        let output = try DescriptorNumber.standardStreams[2].duplicate(atLeast: 10)
        try file.duplicate(onto: DescriptorNumber.standardStreams[0])
        expect(try readStandardInput(limit: 5) == Array("input".utf8))
        _ = try check(linux_lseek(0, 0, SEEK_SET))
        expect(.fileTooLarge) { () throws(Errno) in _ = try readStandardInput(limit: 4) }
        try file.duplicate(onto: DescriptorNumber.standardStreams[2])
        try writeToStandardError(" and more")
        try output.duplicate(onto: DescriptorNumber.standardStreams[2])
        expect(try file.readAgain() == "input and more")
    },
]

/// How a shell ended that says a word over a socket, which has these numbers with the shell's file.
private func launchedShell(
    _ numbers: [DescriptorNumber], _ socket: consuming FileDescriptor, _ shell: borrowing FileDescriptor
) throws(Errno) -> ProcessStatus {
    try socket.duplicate(onto: numbers[0])
    try shell.duplicate(onto: numbers[1])
    socket.close()
    let child = try numbers[1].lend { (program) throws(Errno) in
        try spawn(program: program, arguments: ["sh", "-c", "echo word >&3"], SpawnRequest(socket: numbers[0]))
    }
    for number in numbers { number.take().close() }
    return try child.reap()
}
