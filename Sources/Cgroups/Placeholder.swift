// The module Cgroups.
