// The module Containers.
