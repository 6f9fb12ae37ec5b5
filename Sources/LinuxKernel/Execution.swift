import CLinuxKernel

/// Executes a program in this process; returns only with the reason why not. See execve(2).
package func execute(_ path: Path, arguments: [ByteString], environment: [ByteString]) -> Errno {
    withCStrings(arguments) { argv in
        withCStrings(environment) { envp in
            Errno(rawValue: Int32(truncatingIfNeeded: -path.withCString { linux_execve($0, argv, envp) }))
        }
    }
}

/// Lends `strings` as a null-terminated array of C strings.
func withCStrings<Result>(
    _ strings: [ByteString], _ body: (UnsafePointer<UnsafeMutablePointer<CChar>?>) -> Result
) -> Result {
    // One block for all texts: two allocations however many strings there are.
    var size = 0
    for string in strings { size += string.count + 1 }
    let block = UnsafeMutablePointer<CChar>.allocate(capacity: max(size, 1))
    let pointers = UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>.allocate(capacity: strings.count + 1)
    defer {
        block.deallocate()
        pointers.deallocate()
    }
    var next = block
    for (index, string) in strings.enumerated() {
        pointers[index] = next
        for byte in string {
            next.pointee = CChar(bitPattern: byte)
            next += 1
        }
        next.pointee = 0
        next += 1
    }
    pointers[strings.count] = nil
    return body(pointers)
}
