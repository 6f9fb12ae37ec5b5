# shellcheck shell=bash
# shellcheck disable=SC2034 # the variables are for the scripts that source this
# common.sh: what build, machine and test share. It is sourced, not run.

here=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
program=$(basename "$0")

# The images lie outside the checkout, so that `make clean` and a new clone keep them.
cache=${APUS_VM_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/apus-vm}

# A kernel is named by the suite it comes from: the small cloud kernel, or with -generic the one for hardware.
default_suite=bookworm
default_kernel=bookworm-backports

# How the scripts end when it is not the tests' fault: `test` and .ci/run tell these from a failure.
readonly EXIT_LACKING=77 EXIT_MACHINE=125

# What the host must have, as COMMAND:PACKAGE. Scripts/packages.txt has the same packages as the set vm.
build_needs="mmdebstrap:mmdebstrap apt-get:apt dpkg-deb:dpkg mke2fs:e2fsprogs depmod:kmod modprobe:kmod cpio:cpio
  busybox:busybox-static zstd:zstd xz:xz-utils lz4:lz4 ssh-keygen:openssh-client flock:util-linux"
machine_needs="qemu-system-x86_64:qemu-system-x86 ssh:openssh-client unshare:util-linux flock:util-linux timeout:coreutils"

say() { printf '%s: %s\n' "$program" "$*" >&2; }
die() { say "$@"; exit "$EXIT_MACHINE"; }
usage() { sed -n '2,/^set/{/^#/s/^# \{0,1\}//p}' "$0" >&2; exit "${1:-2}"; }

# need COMMAND:PACKAGE...: ends, naming the packages that are missing.
need() {
  local pair packages=()
  for pair in "$@"; do
    PATH=$PATH:/usr/sbin:/sbin command -v "${pair%%:*}" >/dev/null || packages+=("${pair#*:}")
  done
  [ ${#packages[@]} -gt 0 ] || return 0
  say "this host lacks $(printf '%s\n' "${packages[@]}" | sort -u | xargs); Scripts/install-packages vm installs them"
  exit "$EXIT_LACKING"
}

# name_by WORD FILE...: a short name that changes with the word and the contents of the files.
name_by() { { printf '%s\n' "$1"; cat "${@:2}"; } | sha256sum | cut -c1-12; }

# package_lists SUITE: what the guest is made of. A suite named SUITE+engines has the engines besides, SUITE+selinux a policy.
package_lists() {
  echo "$here/guest/packages"
  case $1 in *+*) echo "$here/guest/packages-${1#*+}" ;; esac
}

# Where the results for a suite or a kernel lie. The names change with what the results are made from.
# shellcheck disable=SC2046 # words
base_path() { echo "$cache/base-$1-$(name_by "$1" $(package_lists "$1")).tar.zst"; }
root_path() { echo "$cache/root-$1-$(name_by "$(basename "$(base_path "$1")")" "$here/build" "$here/guest/setup")"; }
kernel_path() { echo "$cache/kernel-$1-$(name_by "$1" "$here/build" "$here/guest/init")"; }

# seconds START: the time since START, a value of EPOCHREALTIME, with one decimal.
seconds() {
  local tenths=$(((${EPOCHREALTIME/[.,]/} - ${1/[.,]/}) / 100000))
  echo "$((tenths / 10)).$((tenths % 10)) s"
}
