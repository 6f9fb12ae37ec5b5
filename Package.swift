// swift-tools-version: 6.2
import PackageDescription

/// Whether an option of the build is on; the environment says so with 1 or 0. The Makefile sets them.
func option(_ name: String, default value: Bool) -> Bool { Context.environment[name].map { $0 != "0" } ?? value }

// SwiftPM refuses unsafe flags in a package that another one depends on, and checks such a package out below this directory.
let isDependency = Context.packageDirectory.contains("/checkouts/")

// A static image without relocations starts quickest and depends on nothing of the host.
let isStatic = option("APUS_STATIC", default: true)
// The functions of the hot commands side by side (Scripts/symbol-order) halve the memory that a command takes.
let ordersSymbols = option("APUS_SYMBOL_ORDER", default: true)
let keepsSymbols = option("APUS_KEEP_SYMBOLS", default: false)

// What makes the reference from the comments. Nobody else sees that dependency.
let documentation: [Package.Dependency] =
    option("APUS_DOCS", default: false)
    ? [.package(url: "https://github.com/swiftlang/swift-docc-plugin.git", from: "1.4.0")] : []

let settings: [SwiftSetting] =
    [
        .enableUpcomingFeature("MemberImportVisibility"),
        .enableUpcomingFeature("ExistentialAny"),
        .treatAllWarnings(as: .error),
    ]
    // Each function in a section of its own, which the linker can then move; types asked for by a call instead of by a name that
    // has to be parsed first; and no hash of the compiler's arguments, among which are paths, so that the same source
    // gives the same executable wherever it lies.
    + (isDependency
        ? []
        : [
            .unsafeFlags(
                [
                    "-Xfrontend", "-function-sections", "-Xfrontend", "-disable-incremental-llvm-codegen",
                    "-Xfrontend", "-disable-concrete-type-metadata-mangled-name-accessors",
                    "-Xfrontend", "-disable-type-layout",
                    // Merged functions have no symbols, so no place could be given to them.
                    "-Xfrontend", "-disable-llvm-merge-functions-pass",
                    // Nothing here uses regular expressions, whose modules would be linked as a whole.
                    "-Xfrontend", "-disable-implicit-string-processing-module-import",
                ],
                .when(configuration: .release))
        ])

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
                    "-Xlinker", "--wrap=__libc_start_main",
                    "-Xlinker", "--wrap=_dl_early_allocate",
                    "-Xlinker", "--wrap=swift_getCanonicalPrespecializedGenericMetadata",
                    "-Xlinker", "--wrap=__register_frame_info",
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
    dependencies: documentation,
    targets: [
        .systemLibrary(name: "CLinuxKernel"),
        .systemLibrary(name: "CStart"),
        .target(name: "ByteStrings", swiftSettings: settings),
        .target(name: "LinuxKernel", dependencies: ["CLinuxKernel", "ByteStrings"], swiftSettings: settings),
        .target(name: "StrictJSON", dependencies: ["ByteStrings"], swiftSettings: settings),
        .target(name: "RuntimeSpec", dependencies: ["StrictJSON", "ByteStrings"], swiftSettings: settings),
        .target(name: "SystemdBus", dependencies: ["LinuxKernel", "ByteStrings"], swiftSettings: settings),
        .target(
            name: "Cgroups", dependencies: ["LinuxKernel", "RuntimeSpec", "SystemdBus", "ByteStrings"],
            swiftSettings: settings),
        .target(name: "Seccomp", dependencies: ["RuntimeSpec", "ByteStrings"], swiftSettings: settings),
        // The child's lane of a plan: its steps, their bytes, and what performs them.
        .target(
            name: "ContainerInit",
            dependencies: ["LinuxKernel", "StrictJSON", "RuntimeSpec", "Seccomp", "ByteStrings"],
            swiftSettings: settings),
        // The runtime's lane: its steps, their undoing, the state that remembers both, and what performs them.
        .target(
            name: "ContainerSteps",
            dependencies: [
                "ContainerInit", "LinuxKernel", "StrictJSON", "RuntimeSpec", "SystemdBus", "Cgroups", "Seccomp",
                "ByteStrings",
            ],
            swiftSettings: settings),
        // From a configuration and facts of the host to the steps of both lanes.
        .target(
            name: "ContainerPlan",
            dependencies: [
                "ContainerSteps", "ContainerInit", "LinuxKernel", "StrictJSON", "RuntimeSpec", "SystemdBus", "Cgroups",
                "Seccomp",
                "ByteStrings",
            ],
            swiftSettings: settings),
        // What a runtime does with containers, for one caller on one thread; the command line is built on it.
        .target(
            name: "ContainerRuntime",
            dependencies: [
                "ContainerPlan", "ContainerSteps", "ContainerInit", "LinuxKernel", "StrictJSON", "RuntimeSpec",
                "SystemdBus",
                "Cgroups",
                "Seccomp", "ByteStrings",
            ],
            swiftSettings: settings),
        // The library for other programs: asynchronous, from any thread, without an effect on the rest of the process.
        .target(
            name: "Containers",
            dependencies: [
                "ContainerRuntime", "ContainerPlan", "ContainerSteps", "ContainerInit", "LinuxKernel", "RuntimeSpec",
                "Cgroups", "Seccomp", "ByteStrings",
            ],
            swiftSettings: settings),
        .executableTarget(
            name: "apus",
            dependencies: [
                "CStart", "ContainerRuntime", "Cgroups", "LinuxKernel", "StrictJSON", "RuntimeSpec", "Seccomp",
                "ByteStrings",
            ],
            swiftSettings: settings + executable, linkerSettings: linking, plugins: ["BuildCommit"]),
        .plugin(name: "BuildCommit", capability: .buildTool()),
        .testTarget(name: "ByteStringsTests", dependencies: ["ByteStrings"], swiftSettings: settings),
        .testTarget(
            name: "LinuxKernelTests", dependencies: ["LinuxKernel", "KernelProbe", "ByteStrings"],
            swiftSettings: settings),
        .executableTarget(
            name: "KernelProbe", dependencies: ["LinuxKernel"], path: "Tests/KernelProbe", swiftSettings: settings),
        .testTarget(name: "StrictJSONTests", dependencies: ["StrictJSON"], swiftSettings: settings),
        .testTarget(
            name: "RuntimeSpecTests", dependencies: ["RuntimeSpec", "ByteStrings"], exclude: ["Data"],
            swiftSettings: settings),
        .testTarget(
            name: "CgroupsTests", dependencies: ["Cgroups", "SystemdBus", "ByteStrings"], swiftSettings: settings),
        .testTarget(
            name: "SystemdBusTests", dependencies: ["SystemdBus", "LinuxKernel", "ByteStrings"], swiftSettings: settings
        ),
        // The tests compare with it; nothing else does.
        .systemLibrary(
            name: "CSeccomp", path: "Tests/CSeccomp", pkgConfig: "libseccomp", providers: [.apt(["libseccomp-dev"])]),
        .testTarget(
            name: "SeccompTests",
            dependencies: ["Seccomp", "SeccompProbe", "CSeccomp", "StrictJSON", "LinuxKernel", "ContainerInit"],
            exclude: ["Profiles"], swiftSettings: settings),
        .executableTarget(
            name: "SeccompProbe",
            dependencies: ["Seccomp", "LinuxKernel", "ContainerInit", "RuntimeSpec", "ByteStrings"],
            path: "Tests/SeccompProbe",
            swiftSettings: settings),
        .testTarget(
            name: "ContainersTests", dependencies: ["ContainerRuntime", "RootfsProbe", "LinuxKernel", "ByteStrings"],
            exclude: ["Plans"],
            swiftSettings: settings
        ),
        .executableTarget(
            name: "RootfsProbe", dependencies: ["ContainerRuntime", "LinuxKernel", "RuntimeSpec", "ByteStrings"],
            path: "Tests/RootfsProbe",
            swiftSettings: settings),
        .testTarget(
            name: "CommandLineTests",
            dependencies: ["apus", "ContainerRuntime", "Cgroups", "LinuxKernel", "RuntimeSpec", "ByteStrings"],
            exclude: ["Data"],
            swiftSettings: settings),
        .target(name: "CIntegrationSupport", path: "Tests/CIntegrationSupport"),
        .testTarget(
            name: "IntegrationTests",
            dependencies: ["CIntegrationSupport", "SeccompProbe", "Containers", "LibraryProbe"],
            exclude: ["Plans"],
            swiftSettings: settings),
        // A program that uses the library as others do, from many threads.
        .executableTarget(
            name: "LibraryProbe", dependencies: ["Containers", "CIntegrationSupport"], path: "Tests/LibraryProbe",
            swiftSettings: settings),
    ]
)
