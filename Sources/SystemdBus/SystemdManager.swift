import ByteStrings
import LinuxKernel

/// A property of a unit, by the name that org.freedesktop.systemd1(5) has for it.
package struct UnitProperty: Hashable, Sendable {
    package var name: String
    package var value: BusValue
    /// The version of systemd that knows the property; an older one refuses it.
    package var since: Int32

    package init(_ name: String = "", _ value: BusValue = .boolean(false), since: Int32 = 0) {
        self.name = name
        self.value = value
        self.since = since
    }
}

/// The manager of units, the system's or a user's, over D-Bus. See org.freedesktop.systemd1(5).
package struct SystemdManager: ~Copyable {
    private var connection: BusConnection
    /// The manager's name on the bus; without a bus there is nobody else.
    private let destination: String
    /// Whether the manager has begun to start a unit, whatever came of it.
    package private(set) var hasBegunStart = false

    /// How long a command waits for the manager, in milliseconds.
    package static let patience: Int32 = 30_000

    /// Connects to the first of the addresses where somebody answers.
    package init(_ addresses: [BusAddress], patience: Int32 = SystemdManager.patience) throws(BusError) {
        connection = try Self.connect(addresses, patience)
        destination = connection.hasBus ? "org.freedesktop.systemd1" : ""
    }

    private static let jobRule =
        "type='signal',sender='org.freedesktop.systemd1',path='/org/freedesktop/systemd1',"
        + "interface='org.freedesktop.systemd1.Manager',member='JobRemoved'"

    private static func connect(
        _ addresses: [BusAddress], _ patience: Int32
    ) throws(BusError) -> BusConnection {
        var failure: BusError?
        let whole = Deadline(milliseconds: patience)
        for (index, address) in addresses.enumerated() {
            do throws(BusError) {
                // Who answers at all does so at once: a bus that hangs must leave time for the manager behind it.
                let isLast = index == addresses.count - 1
                var connection = try BusConnection.open(
                    address, isLast ? whole : Deadline(milliseconds: patience / 3), awaiting: "JobRemoved")
                // The manager alone sends its signals unasked.
                if address.hasBus { try connection.match(jobRule) }
                connection.deadline = whole
                return connection
            } catch {
                // The first one is where a manager should be: why it did not answer tells most.
                if failure == nil { failure = error }
            }
        }
        throw failure
            ?? BusError(
                reason: "no address of a bus is known: neither DBUS_SESSION_BUS_ADDRESS nor XDG_RUNTIME_DIR is set",
                remedy: userRemedy)
    }

    /// Connects to the system's manager, or to that of the user's units.
    package init(user: Bool, patience: Int32 = SystemdManager.patience) throws(BusError) {
        do throws(BusError) {
            try self.init(
                user ? BusAddress.user(environmentVariable) : BusAddress.system(environmentVariable),
                patience: patience)
        } catch {
            guard error.errno == .noSuchFileOrDirectory || error.errno == .connectionRefused else { throw error }
            guard !Self.isRunning else {
                var failure = error
                failure.remedy = user ? Self.userRemedy : "start the system's bus: systemctl start dbus.socket"
                throw failure
            }
            // Which socket is missing says less than that there is no systemd.
            throw BusError(reason: "systemd not running on this host, cannot use systemd cgroups manager")
        }
    }

    private static let userRemedy =
        "log in as that user by a session of logind, or as root: loginctl enable-linger USER; then "
        + "XDG_RUNTIME_DIR is /run/user/UID"

    /// Whether the host was booted with systemd; see sd_booted(3).
    private static var isRunning: Bool {
        do throws(Errno) {
            return try fileStatus("/run/systemd/system").kind == .directory
        } catch {
            return false
        }
    }

    // MARK: - Units

    /// Starts a unit that lasts as long as its processes, and waits until it runs.
    ///
    /// A unit of the name that failed earlier is cleared away first.
    package mutating func startTransientUnit(_ name: String, _ properties: [UnitProperty]) throws(BusError) {
        let arguments: [BusValue] = [
            .string(name), .string("fail"), Self.array(properties), .array(element: "(sa(sv))", []),
        ]
        let answer: [BusValue]
        do throws(BusError) {
            answer = try call("StartTransientUnit", arguments)
        } catch {
            guard error.name == "org.freedesktop.systemd1.UnitExists" else { throw error }
            try resetFailedUnit(name)
            answer = try call("StartTransientUnit", arguments)
        }
        hasBegunStart = true
        let result = try awaitJob(answer)
        guard result == "done" else {
            throw BusError(reason: "systemd could not start the unit " + name + ": its job ended with " + result)
        }
    }

    /// Starts a unit that systemd knows, and waits until it runs.
    package mutating func startUnit(_ name: String) throws(BusError) {
        let result = try awaitJob(try call("StartUnit", [.string(name), .string("replace")]))
        guard result == "done" else {
            throw BusError(reason: "systemd could not start the unit " + name + ": its job ended with " + result)
        }
    }

    /// Stops a unit and forgets it; one that is gone already is no error.
    package mutating func stopUnit(_ name: String) throws(BusError) {
        do throws(BusError) {
            _ = try awaitJob(try call("StopUnit", [.string(name), .string("replace")]))
        } catch {
            guard error.name == Self.noSuchUnit else { throw error }
        }
        try resetFailedUnit(name)
    }

    /// Changes properties of a running unit, until it ends.
    package mutating func setProperties(of name: String, _ properties: [UnitProperty]) throws(BusError) {
        _ = try call("SetUnitProperties", [.string(name), .boolean(true), Self.array(properties)])
    }

    /// Whether a unit is active; one that systemd does not know is not.
    package mutating func isActive(_ name: String) throws(BusError) -> Bool {
        do throws(BusError) {
            let path = try path(of: name)
            let state = try property("ActiveState", of: "org.freedesktop.systemd1.Unit", at: path)
            return state.text == "active"
        } catch {
            guard error.name == Self.noSuchUnit else { throw error }
            return false
        }
    }

    /// What properties of a unit are by now, in the order of their names.
    package mutating func properties(_ names: [String], of unit: String) throws(BusError) -> [UnitProperty] {
        let path = try path(of: unit)
        // The kind of a unit is in its name, and the interface of the kind has its properties.
        let kind = unit.utf8.suffix(6).elementsEqual(".slice".utf8) ? "Slice" : "Scope"
        var properties: [UnitProperty] = []
        for name in names {
            properties.append(
                UnitProperty(name, try property(name, of: "org.freedesktop.systemd1." + kind, at: path)))
        }
        return properties
    }

    /// Whether properties of a unit were changed while it ran: systemd has a file for each.
    package mutating func hasChangedProperties(_ unit: String) throws(BusError) -> Bool {
        let path = try path(of: unit)
        let files = try property("DropInPaths", of: "org.freedesktop.systemd1.Unit", at: path)
        guard case .array(_, let paths) = files else { return false }
        return paths.contains {
            ByteString($0.text ?? "").parts(separatedBy: UInt8(ascii: "/")).contains("transient")
        }
    }

    /// The path of a unit on the bus.
    private mutating func path(of unit: String) throws(BusError) -> String {
        guard let path = try call("GetUnit", [.string(unit)]).first?.text else {
            throw .malformed("an answer without a unit")
        }
        return path
    }

    /// Lets a scope go: systemd forgets it with its last process, and kills none.
    package mutating func abandonScope(_ name: String) throws(BusError) {
        do throws(BusError) {
            _ = try call("AbandonScope", [.string(name)])
        } catch {
            guard error.name == Self.noSuchUnit || error.name == Self.scopeNotRunning else { throw error }
        }
    }

    /// Moves processes into the cgroup of a unit.
    ///
    /// - Parameter below: a cgroup below the unit's own, as `/a/b`; empty for that itself.
    package mutating func attach(_ pids: [Int32], to name: String, below: String = "") throws(BusError) {
        _ = try call(
            "AttachProcessesToUnit",
            [
                .string(name), .string(below),
                .array(element: "u", pids.map { .uint32(UInt32(truncatingIfNeeded: $0)) }),
            ])
    }

    /// Whether systemd knows a unit of the name.
    package mutating func hasUnit(_ name: String) throws(BusError) -> Bool {
        do throws(BusError) {
            _ = try call("GetUnit", [.string(name)])
            return true
        } catch {
            guard error.name == Self.noSuchUnit else { throw error }
            return false
        }
    }

    /// Clears a unit away that failed; one that is not there is no error.
    package mutating func resetFailedUnit(_ name: String) throws(BusError) {
        do throws(BusError) {
            _ = try call("ResetFailedUnit", [.string(name)])
        } catch {
            guard error.name == Self.noSuchUnit else { throw error }
        }
    }

    // MARK: - The manager

    /// The number in front of its version: 252 for `252.38-1~deb12u1`. Zero if it cannot be read.
    package mutating func version() throws(BusError) -> Int {
        Self.version(of: try property("Version").text ?? "")
    }

    /// The cgroup that its units are below, such as `/user.slice/user-1000.slice/user@1000.service`.
    package mutating func controlGroup() throws(BusError) -> String { try property("ControlGroup").text ?? "" }

    static func version(of text: String) -> Int {
        let digits = text.utf8.drop { !(UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
            .prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        return Int(Substring(digits)) ?? 0
    }

    private mutating func property(_ name: String) throws(BusError) -> BusValue {
        try property(name, of: "org.freedesktop.systemd1.Manager", at: "/org/freedesktop/systemd1")
    }

    private mutating func property(
        _ name: String, of interface: String, at path: String
    ) throws(BusError) -> BusValue {
        let answer = try connection.call(
            .call(
                "Get", of: "org.freedesktop.DBus.Properties", at: path, destination: destination,
                [.string(interface), .string(name)]))
        guard let value = answer.first else { throw .malformed("a property without a value") }
        return value.unwrapped
    }

    // MARK: - Calls

    private static let noSuchUnit = "org.freedesktop.systemd1.NoSuchUnit"
    private static let scopeNotRunning = "org.freedesktop.systemd1.ScopeNotRunning"

    private mutating func call(_ method: String, _ arguments: [BusValue]) throws(BusError) -> [BusValue] {
        try connection.call(
            .call(
                method, of: "org.freedesktop.systemd1.Manager", at: "/org/freedesktop/systemd1",
                destination: destination, arguments))
    }

    /// Waits for the end of the job in an answer, and gives its result, such as `done`.
    private mutating func awaitJob(_ answer: [BusValue]) throws(BusError) -> String {
        guard let job = answer.first?.text else { throw .malformed("an answer without a job") }
        // id, job, unit, result
        let ended = try connection.awaitSignal { $0.count == 4 && $0[1].text == job }
        return ended[3].text ?? ""
    }

    private static func array(_ properties: [UnitProperty]) -> BusValue {
        .array(element: "(sv)", properties.map { .structure([.string($0.name), .variant($0.value)]) })
    }
}
