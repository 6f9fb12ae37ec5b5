import ByteStrings
import Cgroups
import ContainerInit
import ContainerSteps
import LinuxKernel
import RuntimeSpec

extension HostFacts {
    /// Looks at this host: only at what the configuration makes worth knowing.
    package init(bundle: Path, spec: Spec, id: String, options: CreateOptions) throws(ContainerError) {
        self.init(bundle: bundle)
        user = effectiveUser
        if spec.linux?.namespaces.contains(where: { $0.type == .user }) ?? false { group = effectiveGroup }
        goesWithoutCgroup = options.isRootless ?? (user != 0)
        isRootless = goesWithoutCgroup || user != 0
        do throws(CgroupError) {
            let layout = try CgroupLayout.detect()
            cgroupLayout = layout
            if options.usesCgroups, layout.kind != .none {
                let path = spec.linux?.cgroupsPath
                cgroup =
                    options.usesSystemdCgroup
                    ? try CgroupPlan(
                        layout: layout, unitPath: path?.text, id: id, isUser: goesWithoutCgroup,
                        slice: UnitAnnotations.slice(of: spec.annotations))
                    : try CgroupPlan(layout: layout, cgroupsPath: path.map { Path($0) }, id: id)
            }
        } catch {
            throw ContainerError(error)
        }
        if cgroup?.unit != nil, spec.linux?.resources?.devices.isEmpty == false { drivers = .host }
        if spec.linux?.intelRdt != nil { resctrl = ResctrlFacts.detect() }
        if spec.linux?.namespaces.contains(where: { $0.type == .pid && $0.path?.isEmpty == false }) ?? false {
            canNameNamespaceOfProcfs = Procfs.takesNamespace()
        }
        if user != 0, let linux = spec.linux, !linux.uidMappings.isEmpty || !linux.gidMappings.isEmpty {
            missingMappingHelper = IDMappingWriter.missingHelper(users: linux.uidMappings, groups: linux.gidMappings)
        }
        let process = spec.process
        if process?.apparmorProfile?.isEmpty == false { hasAppArmor = Self.isAppArmorEnabled }
        if process?.selinuxLabel?.isEmpty == false || spec.linux?.mountLabel?.isEmpty == false {
            hasSELinux = Self.isSELinuxEnabled
        }
    }

    /// Whether the kernel confines by AppArmor. See apparmor(7).
    package static var isAppArmorEnabled: Bool {
        do throws(Errno) {
            return try readKernelFile("/sys/module/apparmor/parameters/enabled", limit: 16).first
                == UInt8(ascii: "Y")
        } catch {
            return false
        }
    }

    /// Whether the kernel has SELinux switched on: then its file system is mounted.
    package static var isSELinuxEnabled: Bool {
        do throws(Errno) {
            return try FileDescriptor.open("/sys/fs/selinux", [.path, .directory]).fileSystemKind() == .selinux
        } catch {
            return false
        }
    }
}
