// swift-tools-version: 6.2
import PackageDescription

// A package of its own, so that apus itself depends on nothing. It is what a package that uses the library looks like;
// such a one names it by its address and a version: .package(url: "https://github.com/apus-oci/apus.git", from: "0.1.0").
let package = Package(
    name: "Examples",
    dependencies: [
        .package(name: "apus", path: ".."),
        .package(url: "https://github.com/hummingbird-project/hummingbird.git", from: "2.28.1"),
        .package(url: "https://github.com/apple/swift-log.git", from: "1.6.0"),
    ],
    targets: [
        .executableTarget(
            name: "CollectOutput",
            dependencies: [
                .product(name: "Containers", package: "apus"), .product(name: "Logging", package: "swift-log"),
            ]),
        .executableTarget(
            name: "JobService",
            dependencies: [
                .product(name: "Containers", package: "apus"), .product(name: "Hummingbird", package: "hummingbird"),
            ]),
        .executableTarget(name: "MemorySupervisor", dependencies: [.product(name: "Containers", package: "apus")]),
        .executableTarget(
            name: "ProfileToFilter",
            dependencies: [
                .product(name: "Seccomp", package: "apus"), .product(name: "RuntimeSpec", package: "apus"),
            ]),
    ]
)
