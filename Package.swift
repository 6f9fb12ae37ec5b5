// swift-tools-version: 6.2
import PackageDescription

/// Whether an option of the build is on; the environment says so with 1 or 0. The Makefile sets them.
func option(_ name: String, default value: Bool) -> Bool { Context.environment[name].map { $0 != "0" } ?? value }

// SwiftPM refuses unsafe flags in a package that another one depends on, and checks such a package out below this folder.
let isDependency = Context.packageDirectory.contains("/checkouts/")

// A static image without relocations starts quickest and depends on nothing of the host.
let isStatic = option("APUS_STATIC", default: true)
// The functions of the hot commands side by side (Scripts/symbol-order) halve the memory that a command takes.
let ordersSymbols = option("APUS_SYMBOL_ORDER", default: true)
let keepsSymbols = option("APUS_KEEP_SYMBOLS", default: false)

let settings: [SwiftSetting] =
    [
        .enableUpcomingFeature("MemberImportVisibility"),
        .enableUpcomingFeature("ExistentialAny"),
        .treatAllWarnings(as: .error),
    ]
    // Each function in a section of its own, which the linker can then move.
    + (isDependency ? [] : [.unsafeFlags(["-Xfrontend", "-function-sections"], .when(configuration: .release))])

let executable: [SwiftSetting] = isStatic ? [.define("STATIC_EXECUTABLE", .when(configuration: .release))] : []

// The linker settings belong to the executable alone. lld lays the read-only data out in fewer pages than gold.
let linking: [LinkerSetting] = [
    .unsafeFlags(
        ["-use-ld=lld"]
            + (isStatic
                ? [
                    "-static-executable",
                    // What Sources/apus/StaticRuntime.swift replaces.
                    "-Xlinker", "--wrap=_ZN5swift7runtime11environment10initializeEPv",
                    "-Xlinker", "--wrap=__tunables_init",
                ] : [])
            + (ordersSymbols
                ? [
                    "-Xlinker", "--symbol-ordering-file=\(Context.packageDirectory)/Scripts/symbol-order/symbols.txt",
                    "-Xlinker", "--no-warn-symbol-ordering",
                ] : [])
            + (keepsSymbols ? [] : ["-Xlinker", "-s"]),
        .when(configuration: .release))
]

let package = Package(
    name: "apus",
    products: [
        .executable(name: "apus", targets: ["apus"]),
        .library(name: "Containers", targets: ["Containers"]),
        .library(name: "RuntimeSpec", targets: ["RuntimeSpec"]),
        .library(name: "Seccomp", targets: ["Seccomp"]),
        .library(name: "ByteStrings", targets: ["ByteStrings"]),
    ],
    targets: [
        .systemLibrary(name: "CLinux"),
        .target(name: "ByteStrings", swiftSettings: settings),
        .target(name: "Linux", dependencies: ["CLinux", "ByteStrings"], swiftSettings: settings),
        .target(name: "JSON", dependencies: ["ByteStrings"], swiftSettings: settings),
        .target(name: "RuntimeSpec", dependencies: ["JSON", "ByteStrings"], swiftSettings: settings),
        .target(name: "Systemd", dependencies: ["Linux", "ByteStrings"], swiftSettings: settings),
        .target(
            name: "Cgroups", dependencies: ["Linux", "RuntimeSpec", "Systemd", "ByteStrings"], swiftSettings: settings),
        .target(name: "Seccomp", dependencies: ["Linux", "RuntimeSpec", "ByteStrings"], swiftSettings: settings),
        .target(
            name: "Containers",
            dependencies: ["Linux", "JSON", "RuntimeSpec", "Systemd", "Cgroups", "Seccomp", "ByteStrings"],
            swiftSettings: settings),
        .executableTarget(
            name: "apus",
            dependencies: ["Containers", "Cgroups", "Linux", "JSON", "RuntimeSpec", "Seccomp", "ByteStrings"],
            swiftSettings: settings + executable, linkerSettings: linking, plugins: ["BuildCommit"]),
        .plugin(name: "BuildCommit", capability: .buildTool()),
        .testTarget(name: "ByteStringsTests", dependencies: ["ByteStrings"], swiftSettings: settings),
        .testTarget(name: "LinuxTests", dependencies: ["Linux", "ByteStrings"], swiftSettings: settings),
        .testTarget(name: "JSONTests", dependencies: ["JSON"], swiftSettings: settings),
        .testTarget(
            name: "RuntimeSpecTests", dependencies: ["RuntimeSpec", "ByteStrings"], exclude: ["Data"],
            swiftSettings: settings),
        .testTarget(
            name: "CgroupsTests", dependencies: ["Cgroups", "Systemd", "ByteStrings"], swiftSettings: settings),
        .testTarget(name: "SystemdTests", dependencies: ["Systemd", "Linux", "ByteStrings"], swiftSettings: settings),
        // The tests compare with it; nothing else does.
        .systemLibrary(
            name: "CSeccomp", path: "Tests/CSeccomp", pkgConfig: "libseccomp", providers: [.apt(["libseccomp-dev"])]),
        .testTarget(
            name: "SeccompTests", dependencies: ["Seccomp", "SeccompProbe", "CSeccomp", "JSON", "Linux"],
            exclude: ["Profiles"], swiftSettings: settings),
        .executableTarget(
            name: "SeccompProbe", dependencies: ["Seccomp", "Linux"], path: "Tests/SeccompProbe",
            swiftSettings: settings),
        .testTarget(
            name: "ContainersTests", dependencies: ["Containers", "RootfsProbe", "Linux", "ByteStrings"],
            swiftSettings: settings
        ),
        .executableTarget(
            name: "RootfsProbe", dependencies: ["Containers", "Linux", "RuntimeSpec", "ByteStrings"],
            path: "Tests/RootfsProbe",
            swiftSettings: settings),
        .testTarget(
            name: "CommandLineTests",
            dependencies: ["apus", "Containers", "Cgroups", "Linux", "RuntimeSpec", "ByteStrings"], exclude: ["Data"],
            swiftSettings: settings),
        .target(name: "CIntegrationSupport", path: "Tests/CIntegrationSupport"),
        .testTarget(
            name: "IntegrationTests", dependencies: ["CIntegrationSupport"], exclude: ["Plans"],
            swiftSettings: settings),
    ]
)
