import ByteStrings
import LinuxKernel
import RuntimeSpec
import Testing

@testable import Cgroups

@Suite struct SubCgroupTests {
    static let paths: OrderedPairs<ByteString, Path> = [
        "cpu": "/c/cpu/x", "cpuacct": "/c/cpu/x", "memory": "/c/memory/x", "": "/c/unified/x",
    ]

    static func directories(_ arguments: [String]) throws(CgroupError) -> [String] {
        let cgroup = Cgroup(recorded: paths)
        return try cgroup.cgroup(for: SubCgroups(arguments: arguments.map { ByteString($0) })).branches.map(
            \.place.text)
    }

    @Test(arguments: [
        ([], ["/c/cpu/x", "/c/memory/x", "/c/unified/x"]),
        (["sub"], ["/c/cpu/x", "/c/memory/x", "/c/unified/x/sub"]),
        (["memory:a/./b//c/../d"], ["/c/cpu/x", "/c/memory/x/a/b/d", "/c/unified/x"]),
        (["cpu,memory:/a"], ["/c/cpu/x/a", "/c/memory/x/a", "/c/unified/x"]),
        (["cpuacct:a", "memory:b:c"], ["/c/cpu/x/a", "/c/memory/x/b:c", "/c/unified/x"]),
        (["/"], ["/c/cpu/x", "/c/memory/x", "/c/unified/x"]),
    ])
    func chosen(arguments: [String], expected: [String]) throws {
        #expect(try Self.directories(arguments) == expected)
    }

    @Test(arguments: [
        ([":foo"], "invalid --cgroup argument: :foo (empty <controller> prefix)"),
        (["cpu,:foo"], "invalid --cgroup argument: cpu,:foo (empty <controller> prefix)"),
        (["cpu:a", "x"], "invalid --cgroup argument: x (missing <controller>: prefix)"),
        (["cpu:a", "cpu:b"], "invalid --cgroup argument(s): controller cpu specified multiple times"),
        (["nosuch:a"], "unknown controller nosuch in SubCgroupPaths"),
        (["../.."], "bad sub cgroup path: ../.."),
        (["memory:a/../../b"], "bad sub cgroup path: a/../../b"),
    ])
    func refused(arguments: [String], expected: String) throws {
        let error = try #require(throws: CgroupError.self) { try Self.directories(arguments) }
        #expect(error.message == expected)
    }

    @Test(.enabled(if: HostCgroups.canMakeAny, "needs root and a mounted cgroup hierarchy"))
    func aMissingDirectoryIsNamed() throws {
        try HostCgroups.withCgroup { cgroup in
            let controller = cgroup.branches[0].controllers.first
            var sub = try cgroup.cgroup(
                for: SubCgroups(arguments: [ByteString(controller.map { $0 + ":none" } ?? "none")]))
            let error = try #require(throws: CgroupError.self) { try sub.join(pid: 1 << 30, isInUnified: false) }
            #expect(error.message.hasSuffix("/inner/none: no such file or directory"))
        }
    }

    @Test(.enabled(if: HostCgroups.unifiedAlone != nil, "needs root and a mounted cgroup2"))
    func theCgroupThatInitIsInIsFound() throws {
        let unified = try #require(HostCgroups.unifiedAlone)
        try HostCgroups.withCgroup(unified) { cgroup in
            let own = cgroup.branches[0].directory
            try makeDirectory(own + "/init.scope", mode: 0o755)
            try HostCgroups.withSleeper { pid in
                try writeKernelFile(own + "/init.scope/cgroup.procs", ByteString(String(pid)))
                var recorded = Cgroup(recorded: cgroup.paths)
                let found = try recorded.directoryForClone(besideProcess: pid)
                let number = DescriptorNumber(rawValue: HostCgroups.number(found))
                #expect(try number.status().inode == fileStatus(own + "/init.scope").inode)
                let outside = try recorded.directoryForClone(besideProcess: 1)
                #expect(HostCgroups.number(outside) == -1)
            }
        }
    }

    @Test(.enabled(if: HostCgroups.unifiedAlone != nil, "needs root and a mounted cgroup2"))
    func delegationChangesTheOwnerOfTheKernelsFilesOnly() throws {
        let unified = try #require(HostCgroups.unifiedAlone)
        try HostCgroups.withCgroup(unified) { cgroup in
            try cgroup.delegate(to: 12345)
            let own = cgroup.branches[0].directory
            for name in ["", "/cgroup.procs", "/cgroup.subtree_control", "/cgroup.threads"] {
                let status = try fileStatus(own + name)
                #expect(status.user == 12345)
                #expect(status.group == 0)
            }
            #expect(try fileStatus(own + "/cgroup.freeze").user == 0)
            #expect(try fileStatus(own + "/cgroup.max.depth").user == 0)
        }
    }
}
