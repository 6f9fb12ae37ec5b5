// The module RuntimeSpec.
