// The names in a configuration are byte strings: whoever reads or makes one needs the types.
@_exported import ByteStrings
