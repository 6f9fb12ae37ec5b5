import ByteStrings
import LinuxKernel

/// Finds the program, and completes its environment, while an error can still be told. See execvp(3).
package struct LookUpProgramStep: ChildStep {
    package static let name: StaticString = "look-up-program"

    package var program = ByteString()
    package var environment: [ByteString] = []
    /// Whether HOME comes from the container's /etc/passwd.
    package var findsHome = false
    /// The user whose home that is.
    package var user: UInt32 = 0
    /// How many descriptors from 3 on the program gets.
    package var passedDescriptors: Int32 = 0

    package init() {}

    package mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) throws(Visitor.Failure) {
        try visitor.field("program", &program)
        try visitor.field("environment", &environment)
        try visitor.field("findsHome", &findsHome)
        try visitor.field("user", &user)
        try visitor.field("passed", &passedDescriptors)
    }

    package var detail: String {
        program.text + " in the PATH of process.env" + (findsHome ? ", HOME from /etc/passwd" : "")
            + (passedDescriptors == 0 ? "" : ", with \(passedDescriptors) descriptors from 3 on")
    }

    package var listing: [String] { environment.map(\.text) }

    package func perform(in process: InitProcess) throws(ContainerError) {
        var environment = environment
        if findsHome { environment.append("HOME=\(home)") }
        process.values.program = try ProgramLookup(environment: environment).find(program)
        process.values.environment = environment
        // All others close at the exec.
        for number in (0..<passedDescriptors).map({ DescriptorNumber.passed($0) }) {
            try attempt("fcntl", "descriptor \(number.rawValue)") { () throws(Errno) in
                try number.lend { (file) throws(Errno) in try file.duplicate(onto: number) }
            }
        }
    }

    private var home: ByteString {
        do throws(Errno) {
            return PasswordFile(try readRegularFile("/etc/passwd", limit: 1 << 20)).home(of: user) ?? "/"
        } catch {
            // An image without the file has no homes.
            return "/"
        }
    }
}
