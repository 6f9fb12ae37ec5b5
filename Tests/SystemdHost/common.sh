# shellcheck shell=bash
# shellcheck disable=SC2034 # the variables are for the scripts that source this
# common.sh: what build and run share. It is sourced, not run.

here=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
program=$(basename "$0")

# The root file systems lie outside the checkout, so that `make clean` and a new clone keep them.
cache=${APUS_SYSTEMD_HOST_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/apus-systemd-host}
suite=bookworm
# What the host has besides: nothing, or the engines of Tests/Engines.
flavor=

# How the scripts end when it is not the tests' fault: .ci/run tells these from a failure.
readonly EXIT_LACKING=77 EXIT_HOST=125

say() { printf '%s: %s\n' "$program" "$*" >&2; }
die() { say "$@"; exit "$EXIT_HOST"; }
lacks() { say "$@"; exit "$EXIT_LACKING"; }
usage() { sed -n '2,/^set/{/^#/s/^# \{0,1\}//p}' "$0" >&2; exit "${1:-2}"; }

# need COMMAND...: ends where one is missing. Scripts/packages.txt has their packages as the set systemd-host.
need() {
  local name
  for name in "$@"; do
    PATH=$PATH:/usr/sbin:/sbin command -v "$name" >/dev/null || lacks "no $name: Scripts/install-packages systemd-host"
  done
}

# The lists of packages; the engines' is that of the virtual machine.
package_lists() {
  echo "$here/guest/packages"
  [ -z "$flavor" ] || printf '%s\n' "$here/guest/packages-engines" "$here/../VM/guest/packages-engines"
}

# Where the root file system lies. The name changes with what it is made from.
root_path() {
  local lists
  mapfile -t lists < <(package_lists)
  echo "$cache/root-$suite$flavor-$(cat "${lists[@]}" "$here/guest/setup" "$here/build" | sha256sum | cut -c1-12)"
}
