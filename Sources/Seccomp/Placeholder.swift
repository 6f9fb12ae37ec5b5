// The module Seccomp.
