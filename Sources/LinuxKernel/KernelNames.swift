// The names that the kernel gives and takes are byte strings: whoever speaks with it through this target needs the types.
@_exported import ByteStrings
