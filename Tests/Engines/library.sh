# shellcheck shell=bash
# library.sh: what the scripts of the engines share: a sandbox and daemons in it; expect.sh has the checks. It is sourced, not
# run.
#
# A script names the commands it needs (`need`), calls `sandbox "$@"`, which returns only inside, starts its daemons, sources
# its checks (`check NAME COMMAND...`) and calls `finish`.
#
# The sandbox is a mount, network, IPC and UTS namespace with an /etc, a /var/lib and a /dev/shm of its own, and with the
# cgroupfs driver a /run and a pid namespace, too. The systemd driver needs the host's: there a scope holds the processes.

script=$(readlink -f "${BASH_SOURCE[1]}")
here=$(dirname "$script")
engine=$(basename "$script")
image=localhost/busybox:local
missing=()
# Debian's engines, also where others are installed in /usr/local.
system_path=/usr/sbin:/usr/bin:/sbin:/bin:/usr/local/sbin:/usr/local/bin

usage() {
  cat <<END
usage: $engine [OPTION...] RUNTIME

Runs $engine on the OCI runtime RUNTIME (a path, or a name on PATH), without a network, and checks what users do with it.
Prints a line for each check and the total.

  --driver NAME   cgroupfs (default), or systemd, on a host that systemd has booted and whose $engine nobody else uses
  --only REGEX    only the checks whose names match
  --keep          keep the directory with the state, the logs and, in checks/, the trace and output of each check
  --log FILE      log each call of the runtime: time, exit code, milliseconds, arguments
  --do COMMAND    start the engine and run COMMAND with bash in the sandbox, instead of the checks

Exit code: 0 all passed, 1 some failed, 77 the host lacks something, which is named, 2 usage.
END
}

# need COMMAND PACKAGE: notes that the script needs COMMAND of Debian's PACKAGE.
need() { PATH=$system_path command -v "$1" >/dev/null || missing+=("$1 (Debian package $2)"); }

die() { echo "$engine: $*" >&2; exit 1; }
lacking() { echo "$engine: $*" >&2; exit 77; }

# --- the sandbox ----------------------------------------------------------------------------------------------------

# sandbox ARG...: reads the options, then runs this script again inside the sandbox.
sandbox() {
  local arguments=("$@")
  keep=0 driver=cgroupfs only='' call_log='' do='' runtime=''
  while [ $# -gt 0 ]; do
    case $1 in
      --keep) keep=1 ;;
      --driver) driver=${2:?}; shift ;;
      --only) only=${2:?}; shift ;;
      --log) call_log=$(readlink -f "${2:?}"); shift ;;
      --do) do=${2:?}; shift ;;
      -h | --help) usage; exit 0 ;;
      -*) usage >&2; exit 2 ;;
      *) [ -z "$runtime" ] || { usage >&2; exit 2; }; runtime=$1 ;;
    esac
    shift
  done
  [ -n "$runtime" ] || { usage >&2; exit 2; }
  runtime=$(command -v "$runtime") || die "no such runtime"
  runtime=$(readlink -f "$runtime")
  need unshare util-linux; need jq jq; need busybox busybox-static; need ip iproute2; need script bsdutils
  [ ${#missing[@]} = 0 ] || lacking "this host lacks $(printf '%s, ' "${missing[@]}")see Scripts/install-packages engines"
  [ "$(id -u)" = 0 ] || lacking "must be run by root"
  case $driver in
    cgroupfs) ;;
    systemd) [ -d /run/systemd/system ] || lacking "systemd has not booted this host" ;;
    *) usage >&2; exit 2 ;;
  esac
  if [ -n "${ENGINES_WORK:-}" ]; then
    work=$ENGINES_WORK
    enter
    return
  fi

  # Not in /tmp, which may lie in memory.
  work=$(mktemp -d "/var/tmp/engines-$engine.XXXXXX")
  unit=$(basename "$work" | tr . -)
  scopes >"$work/scopes"
  trap leave EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM HUP
  local namespaces=(--mount --net --ipc --uts) before=()
  case $driver in
    cgroupfs) namespaces+=(--propagation private --pid --fork --kill-child --mount-proc) ;;
    systemd)
      # The runtime directory of a user is mounted when the service manager starts.
      namespaces+=(--propagation slave)
      before=(systemd-run --quiet --scope --collect --unit "$unit" --property Delegate=yes)
      ;;
  esac
  ENGINES_WORK=$work "${before[@]}" unshare "${namespaces[@]}" bash "$script" "${arguments[@]}" &
  inside=$!
  local code=0
  wait "$inside" || code=$?
  inside=
  exit "$code"
}

# enter: makes the inside of the sandbox; runs in its namespaces.
enter() {
  local directory
  mount --make-rshared /
  mkdir -p "$work"/{bin,checks,home,log,tmp,etc}
  chmod 755 "$work"
  chmod 1777 "$work/tmp"
  private_etc
  # With /run/containerd a containerd of the host, which dockerd would take.
  for directory in /dev/shm /run/containerd /var/lib/{cni,containers,docker,containerd}; do
    [ ! -d "$directory" ] || mount -t tmpfs -o mode=755 tmpfs "$directory"
  done
  chmod 1777 /dev/shm
  if [ "$driver" = cgroupfs ]; then
    mount -t tmpfs -o mode=755 tmpfs /run
    mkdir -p /run/lock
  fi
  ip link set lo up
  hostname engines
  unset DOCKER_HOST DOCKER_CONTEXT CONTAINER_HOST CONTAINERD_ADDRESS NOTIFY_SOCKET XDG_RUNTIME_DIR BUILDAH_RUNTIME
  unset XDG_SESSION_ID DBUS_SESSION_BUS_ADDRESS
  export HOME=$work/home TMPDIR=$work/tmp LC_ALL=C PATH=$work/bin:$system_path
  cd "$work"
  [ -z "$call_log" ] || log_calls
  # Cgroups have a name by which `leave` knows them.
  case $driver in
    cgroupfs) cgroup_parent=/$(basename "$work") ;;
    systemd) cgroup_parent=$(basename "$work" | tr -d .-).slice ;;
  esac
  passed=0 failed=0 skipped=0
  trap stop_daemons EXIT
}

# private_etc: a layer over /etc, so that what the host replaces there meanwhile does not come through.
private_etc() {
  mount -t tmpfs -o mode=755 tmpfs "$work/etc"
  mkdir "$work/etc"/{upper,work}
  mount -t overlay -o "lowerdir=/etc,upperdir=$work/etc/upper,workdir=$work/etc/work" overlay /etc
  rm -rf /etc/docker /etc/cni
}

# ordinary_user: makes `user_name`, `user_id` and `user_home` somebody with subordinate ids and a runtime directory, and
# `user_first` the first of those ids. With the systemd driver it is one of the host's, with a service manager that lingers.
ordinary_user() {
  if [ "$driver" = systemd ]; then
    user_name=$(awk -F: 'NR == FNR { if ($3 >= 1000 && $3 < 60000) known[$1]; next } $1 in known { print $1; exit }' \
      /etc/passwd /etc/subuid)
    [ -n "$user_name" ] || lacking "no ordinary user has subordinate ids in /etc/subuid"
    user_id=$(id -u "$user_name")
    [ "$(loginctl show-user --property Linger --value "$user_name" 2>/dev/null)" = yes ] || : >"$work/lingers"
    echo "$user_name" >"$work/user-name"
    loginctl enable-linger "$user_name"
    eventually 120 test -S "/run/user/$user_id/bus" || die "$user_name has no service manager"
  else
    user_name=engine user_id=7777
    echo "engine:x:7777:7777::$work/user:/bin/sh" >>/etc/passwd
    echo "engine:x:7777:" >>/etc/group
    echo 'engine:200000:65536' | tee -a /etc/subuid >>/etc/subgid
    install -d -m 711 /run/user
    install -d -m 700 -o 7777 -g 7777 /run/user/7777
  fi
  user_home=$work/user
  install -d -o "$user_id" -g "$(id -g "$user_name")" "$user_home"
  user_first=$(awk -F: -v name="$user_name" '$1 == name { print $2; exit }' /etc/subuid)
}

# as_user NAME=VALUE... COMMAND...: the words of a command run as that user.
as_user() {
  local session=()
  [ "$driver" != systemd ] || session=("DBUS_SESSION_BUS_ADDRESS=unix:path=/run/user/$user_id/bus")
  printf '%s\n' setpriv --reuid "$user_id" --regid "$(id -g "$user_name")" --init-groups env -i -C "$user_home" "HOME=$user_home" \
    "USER=$user_name" TERM=xterm LC_ALL=C "PATH=$PATH" "XDG_RUNTIME_DIR=/run/user/$user_id" "${session[@]}" "$@"
}

# rootless_possible: skips the check unless that user may make user namespaces.
rootless_possible() {
  setpriv --reuid "$user_id" --regid "$(id -g "$user_name")" --clear-groups unshare --user true 2>/dev/null ||
    skip "no user namespaces for ordinary users here"
}

# leave: undoes what is left outside of the sandbox; runs on the host.
leave() {
  local code=$? cgroup scope
  if [ -n "${inside:-}" ]; then
    kill -KILL "$inside" 2>/dev/null || true
    wait "$inside" 2>/dev/null || true
  fi
  if [ "$driver" = systemd ]; then
    scopes | grep -vxFf "$work/scopes" | while read -r scope; do systemctl stop "$scope" 2>/dev/null || true; done || true
    systemctl stop "$unit.scope" 2>/dev/null || true
    if [ -e "$work/user-name" ]; then
      systemctl --user --machine "$(cat "$work/user-name")@" stop 'libpod-*.scope' 'podman-*.scope' 2>/dev/null || true
      [ ! -e "$work/lingers" ] || loginctl disable-linger "$(cat "$work/user-name")"
    fi
  fi
  for cgroup in /sys/fs/cgroup /sys/fs/cgroup/*; do
    remove_cgroup "$cgroup/$(basename "$work")"
    [ ! -s "$work/cgroups" ] || sort -r "$work/cgroups" | sed "s|^|$cgroup|" | xargs -d '\n' rmdir 2>/dev/null || true
  done
  if [ "$keep" = 1 ]; then
    echo "kept: $work"
  else
    for _ in 1 2 3 4 5; do
      ! rm -rf --one-file-system "$work" 2>/dev/null || break
      sleep 1
    done
  fi
  exit "$code"
}

# scopes: the units in which engines keep containers.
scopes() {
  [ -d /run/systemd/system ] || return 0
  systemctl list-units --all --plain --no-legend 'docker-*' 'libpod*' 'crio-*' 'machine*' 'engines*' '*containerd*' 2>/dev/null |
    awk '$1 ~ /\.(scope|slice)$/ { print $1 }' || true
}

# thaw DIRECTORY: lets the paused processes of a cgroup go on: with v1 they cannot die before that.
thaw() {
  local file
  find "$1" \( -name freezer.state -o -name cgroup.freeze \) 2>/dev/null | while read -r file; do
    case $file in *.state) echo THAWED ;; *) echo 0 ;; esac 2>/dev/null >"$file" || true
  done || true
}

# remove_cgroup DIRECTORY: removes a cgroup and those in it. Its processes are dying.
remove_cgroup() {
  [ -d "$1" ] || return 0
  for _ in {1..50}; do
    thaw "$1"
    find "$1" -depth -type d -exec rmdir {} + 2>/dev/null || true
    [ -d "$1" ] || return 0
    sleep 0.2
  done
  echo "could not remove $1" >&2
}

# log_calls: puts a wrapper that logs before the runtime.
log_calls() {
  cat >"$work/bin/logged-runtime" <<END
#!/bin/bash
start=\${EPOCHREALTIME/./}
"$runtime" "\$@"
code=\$?
printf '%s %d %dms %s\n' "\$start" "\$code" "\$(((\${EPOCHREALTIME/./} - start) / 1000))" "\${*@Q}" >>"$call_log"
exit \$code
END
  chmod 755 "$work/bin/logged-runtime"
  : >>"$call_log"
  chmod 666 "$call_log"
  runtime=$work/bin/logged-runtime
}

# client NAME COMMAND ARG...: makes NAME a command of the sandbox that runs COMMAND with ARG... and what it is given.
client() {
  local name=$1 command
  command=$(PATH=$system_path command -v "$2")
  shift 2
  set -- "$command" "$@"
  printf '#!/bin/sh\nexec timeout --foreground -k 5 %s %s "$@"\n' $((120 * patience)) "${*@Q}" >"$work/bin/$name"
  chmod 755 "$work/bin/$name"
}

# own_cgroup PATH: notes a cgroup that the engine makes beside the sandbox's; `leave` removes it if it is empty then.
own_cgroup() { echo "$1" >>"$work/cgroups"; }

daemons=()
# daemon NAME COMMAND ARG...: starts a daemon, its output in log/NAME.
daemon() {
  local name=$1
  shift
  "$@" >"$work/log/$name" 2>&1 </dev/null &
  daemons+=($!)
  disown # its end is not the shell's to tell
}

stop_daemons() {
  local code=$? index
  thaw_all
  for ((index = ${#daemons[@]} - 1; index >= 0; index--)); do
    kill -TERM "${daemons[index]}" 2>/dev/null || true
    eventually 10 gone "${daemons[index]}" || true
  done
  exit "$code"
}

# thaw_all: lets the cgroups of the sandbox's processes go on.
thaw_all() {
  local file path
  [ "$driver" = cgroupfs ] || return 0
  for file in /proc/[0-9]*/cgroup; do
    sed -n 's,^[0-9]*:freezer:/,freezer/,p; s,^0::/,unified/,p; s,^0::/,./,p' "$file" 2>/dev/null
  done | sort -u | while read -r path; do
    for file in "/sys/fs/cgroup/$path"/{freezer.state,cgroup.freeze}; do
      [ ! -w "$file" ] || case $file in *.state) echo THAWED ;; *) echo 0 ;; esac >"$file" || true
    done
  done || true
}

gone() { ! kill -0 "$1" 2>/dev/null; }

# ready: the engine is up. Runs the command of --do, if one was given, and ends.
ready() {
  local code=0
  [ -n "$do" ] || return 0
  export work runtime image cgroup_parent
  bash -c "$do" || code=$?
  exit "$code"
}

. "$here/expect.sh"
