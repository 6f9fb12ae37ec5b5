/// What the child does to its view of the file system.
package enum RootfsOperation: Equatable, Sendable {
    case prepareRoot(RootStep)
    case mount(MountStep)
    case takeDevices(PreparedDevicesStep)
    case makeDevice(DeviceStep)
    case makeDeviceLinks(DeviceLinksStep)
    case switchRoot(RootSwitchStep)
    case setPropagation(RootfsPropagationStep)
    case setSysctl(SysctlStep)
    case makeMountsReadonly(ReadonlyMountsStep)
    case makePathsReadonly(ReadonlyPathsStep)
    case maskPaths(MaskedPathsStep)
    case makeRootReadonly(ReadonlyRootStep)
}

extension RootfsOperation: PlanCodable {
    private enum Tag: UInt8 {
        case prepareRoot, mount, takeDevices, makeDevice, makeDeviceLinks, switchRoot, setPropagation, setSysctl
        case makeMountsReadonly, makePathsReadonly, maskPaths, makeRootReadonly
    }

    package func encode(to encoder: inout PlanEncoder) {
        switch self {
        case .prepareRoot(let step): encode(.prepareRoot, step, to: &encoder)
        case .mount(let step): encode(.mount, step, to: &encoder)
        case .takeDevices(let step): encode(.takeDevices, step, to: &encoder)
        case .makeDevice(let step): encode(.makeDevice, step, to: &encoder)
        case .makeDeviceLinks(let step): encode(.makeDeviceLinks, step, to: &encoder)
        case .switchRoot(let step): encode(.switchRoot, step, to: &encoder)
        case .setPropagation(let step): encode(.setPropagation, step, to: &encoder)
        case .setSysctl(let step): encode(.setSysctl, step, to: &encoder)
        case .makeMountsReadonly(let step): encode(.makeMountsReadonly, step, to: &encoder)
        case .makePathsReadonly(let step): encode(.makePathsReadonly, step, to: &encoder)
        case .maskPaths(let step): encode(.maskPaths, step, to: &encoder)
        case .makeRootReadonly(let step): encode(.makeRootReadonly, step, to: &encoder)
        }
    }

    private func encode<Step: PlanCodable>(_ tag: Tag, _ step: Step, to encoder: inout PlanEncoder) {
        encoder.encode(tag)
        encoder.encode(step)
    }

    package init(from decoder: inout PlanDecoder) throws(PlanCodingError) {
        switch try decoder.decode(Tag.self) {
        case .prepareRoot: self = .prepareRoot(try decoder.decode(RootStep.self))
        case .mount: self = .mount(try decoder.decode(MountStep.self))
        case .takeDevices: self = .takeDevices(try decoder.decode(PreparedDevicesStep.self))
        case .makeDevice: self = .makeDevice(try decoder.decode(DeviceStep.self))
        case .makeDeviceLinks: self = .makeDeviceLinks(try decoder.decode(DeviceLinksStep.self))
        case .switchRoot: self = .switchRoot(try decoder.decode(RootSwitchStep.self))
        case .setPropagation: self = .setPropagation(try decoder.decode(RootfsPropagationStep.self))
        case .setSysctl: self = .setSysctl(try decoder.decode(SysctlStep.self))
        case .makeMountsReadonly: self = .makeMountsReadonly(try decoder.decode(ReadonlyMountsStep.self))
        case .makePathsReadonly: self = .makePathsReadonly(try decoder.decode(ReadonlyPathsStep.self))
        case .maskPaths: self = .maskPaths(try decoder.decode(MaskedPathsStep.self))
        case .makeRootReadonly: self = .makeRootReadonly(try decoder.decode(ReadonlyRootStep.self))
        }
    }
}
