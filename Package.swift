// swift-tools-version: 6.2
import PackageDescription

let settings: [SwiftSetting] = [
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("ExistentialAny"),
    .treatAllWarnings(as: .error),
]

// The linker settings belong to the executable alone, so that the libraries stay usable as a dependency. lld lays the
// read-only data out in fewer pages than gold; a non-PIE static image needs no relocations at start; and the functions
// of the hot commands stand side by side (Scripts/symbol-order), which halves the memory that a command takes.
let staticExecutable: [LinkerSetting] = [
    .unsafeFlags(
        [
            "-static-executable", "-use-ld=lld",
            "-Xlinker", "--symbol-ordering-file=\(Context.packageDirectory)/Scripts/symbol-order/symbols.txt",
            "-Xlinker", "--no-warn-symbol-ordering",
        ] + (Context.environment["APUS_KEEP_SYMBOLS"] == nil ? ["-Xlinker", "-s"] : []),
        .when(configuration: .release))
]

let package = Package(
    name: "apus",
    products: [
        .executable(name: "apus", targets: ["apus"]),
        .library(name: "Containers", targets: ["Containers"]),
        .library(name: "RuntimeSpec", targets: ["RuntimeSpec"]),
    ],
    targets: [
        .systemLibrary(name: "CLinux"),
        .systemLibrary(name: "CSeccomp", pkgConfig: "libseccomp", providers: [.apt(["libseccomp-dev"])]),
        .target(name: "Linux", dependencies: ["CLinux"], swiftSettings: settings),
        .target(name: "JSON", swiftSettings: settings),
        .target(name: "RuntimeSpec", dependencies: ["JSON"], swiftSettings: settings),
        .target(name: "Systemd", dependencies: ["Linux"], swiftSettings: settings),
        .target(name: "Cgroups", dependencies: ["Linux", "RuntimeSpec", "Systemd"], swiftSettings: settings),
        .target(name: "Seccomp", dependencies: ["Linux", "RuntimeSpec", "CSeccomp"], swiftSettings: settings),
        .target(
            name: "Containers", dependencies: ["Linux", "JSON", "RuntimeSpec", "Systemd", "Cgroups", "Seccomp"],
            swiftSettings: settings),
        .executableTarget(
            name: "apus", dependencies: ["Containers", "Linux", "JSON", "RuntimeSpec", "Seccomp"],
            swiftSettings: settings, linkerSettings: staticExecutable),
        .testTarget(name: "LinuxTests", dependencies: ["Linux"], swiftSettings: settings),
        .testTarget(name: "JSONTests", dependencies: ["JSON"], swiftSettings: settings),
        .testTarget(
            name: "RuntimeSpecTests", dependencies: ["RuntimeSpec"], exclude: ["Data"], swiftSettings: settings),
        .testTarget(name: "CgroupsTests", dependencies: ["Cgroups", "Systemd"], swiftSettings: settings),
        .testTarget(name: "SystemdTests", dependencies: ["Systemd", "Linux"], swiftSettings: settings),
        .testTarget(
            name: "SeccompTests", dependencies: ["Seccomp", "SeccompProbe", "CSeccomp", "JSON", "Linux"],
            exclude: ["Profiles"], swiftSettings: settings),
        .executableTarget(
            name: "SeccompProbe", dependencies: ["Seccomp", "Linux"], path: "Tests/SeccompProbe",
            swiftSettings: settings),
        .testTarget(name: "ContainersTests", dependencies: ["Containers", "RootfsProbe"], swiftSettings: settings),
        .executableTarget(
            name: "RootfsProbe", dependencies: ["Containers", "Linux", "RuntimeSpec"], path: "Tests/RootfsProbe",
            swiftSettings: settings),
        .testTarget(
            name: "CommandLineTests", dependencies: ["apus", "Containers", "Linux", "RuntimeSpec"],
            swiftSettings: settings),
        .target(name: "CIntegrationSupport", path: "Tests/CIntegrationSupport"),
        .testTarget(
            name: "IntegrationTests", dependencies: ["CIntegrationSupport"], exclude: ["Plans"],
            swiftSettings: settings),
    ]
)
