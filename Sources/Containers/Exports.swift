// What the declarations of this library name: paths, arguments and environments; configurations, states and limits; errors.
@_exported import ByteStrings
@_exported import RuntimeSpec

@_exported import struct ContainerInit.ContainerError
@_exported import struct ContainerPlan.PlanDescription
@_exported import enum ContainerRuntime.CheckpointCgroupMode
@_exported import struct ContainerRuntime.CheckpointOptions
@_exported import struct ContainerRuntime.CheckpointPageServer
@_exported import struct ContainerRuntime.CheckpointSettings
@_exported import struct ContainerRuntime.RestoreOptions
@_exported import struct LinuxKernel.Errno
