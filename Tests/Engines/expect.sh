# shellcheck shell=bash
# expect.sh: checks, and what they are made of. library.sh sources it.

# How many times longer than on a quiet machine things may take; a machine that is emulated needs more.
patience=${ENGINES_PATIENCE:-1}

# check NAME COMMAND ARG...: runs COMMAND, often a function, with `set -e`, and prints whether it passed. Exit code 77 (see
# `skip`) counts as skipped. The function `tidy` of a script removes what a failed check leaves.
check() {
  local name=$1 log code
  shift
  [[ $name =~ $only ]] || return 0
  log=$work/checks/${name//[^A-Za-z0-9]/-}
  set +e
  (
    exec 9>"$log.trace"
    BASH_XTRACEFD=9
    set -euxo pipefail
    "$@"
  ) >"$log" 2>&1 </dev/null
  code=$?
  set -e
  case $code in
    0) passed=$((passed + 1)); echo "PASS  $name" ;;
    77) skipped=$((skipped + 1)); echo "SKIP  $name -- $(tail -n 1 "$log")" ;;
    *)
      failed=$((failed + 1))
      echo "FAIL  $name (exit code $code)"
      { tail -n 4 "$log.trace"; tail -n 12 "$log"; } | cut -c 1-400 | sed 's/^/      /'
      if declare -F tidy >/dev/null; then tidy >"$log.tidy" 2>&1 || true; fi
      ;;
  esac
}

finish() {
  echo
  echo "$engine: $passed passed, $failed failed, $skipped skipped"
  [ "$failed" = 0 ] || exit 1
  exit 0
}

# of ENGINE COMMAND ARG...: runs the command where that is the engine.
of() {
  [ "$engine" = "$1" ] || return 0
  shift
  "$@"
}

skip() { echo "$*"; exit 77; }

# expect TEXT COMMAND ARG...: the command succeeds, and its output is TEXT.
expect() {
  local want=$1 got
  shift
  got=$("$@") || { echo "exit code $? of: $*"; return 1; }
  got=${got//$'\r'/}
  [ "$got" = "$want" ] || { printf 'want: %s\ngot:  %s\n' "$want" "$got"; return 1; }
}

# expect_code N COMMAND ARG...: the command ends with exit code N.
expect_code() {
  local want=$1 got=0
  shift
  "$@" || got=$?
  [ "$got" = "$want" ] || { echo "want exit code $want, got $got of: $*"; return 1; }
}

# expect_match REGEX COMMAND ARG...: the output of the command, which may fail, matches.
expect_match() {
  local want=$1 got
  shift
  got=$("$@" 2>&1) || true
  [[ ${got//$'\r'/} =~ $want ]] || { printf 'want a match of: %s\ngot: %s\n' "$want" "$got"; return 1; }
}

# has REGEX: the input has such a line. It reads all of it, so that no command before it gets SIGPIPE.
has() { [ "$(grep -cE "$@")" != 0 ]; }

fails() { if "$@"; then echo "did not fail: $*"; return 1; fi; }

# eventually SECONDS COMMAND ARG...: the command succeeds within SECONDS, times the patience.
eventually() {
  local end=$((SECONDS + $1 * patience))
  shift
  until "$@"; do
    [ "$SECONDS" -lt "$end" ] || return 1
    sleep 0.1
  done
}

# checkpoints: skips the check unless CRIU works here.
checkpoints() { criu check >/dev/null 2>&1 || skip "criu cannot work here"; }
# For a shell in a container: counts in /tmp/count, which always holds a whole number.
counting='i=0; while :; do i=$((i + 1)); echo $i >/tmp/new; mv /tmp/new /tmp/count; sleep 0.1; done'

# terminal COMMAND [INPUT]: runs a shell command with a terminal of 80 columns and 24 rows, and types INPUT. In the command
# `resized` waits for the word `ready` in the output, and then makes the terminal 100 columns wide; again and again, since an
# engine's client may not yet listen for a change when the container is ready.
terminal() {
  local keyboard=$work/tmp/keyboard.$BASHPID code=0
  mkfifo "$keyboard"
  exec 8<>"$keyboard" # never at its end
  rm "$keyboard"
  [ $# -lt 2 ] || printf '%b' "$2" >&8
  script -qefc "resized() {
      until grep -q ready '$keyboard.out'; do sleep 0.1; done
      while stty -F /dev/tty cols 100; do sleep 2; stty -F /dev/tty cols 80 || break; done 2>/dev/null
    }
    stty cols 80 rows 24; $1" /dev/null <&8 8>&- >"$keyboard.out" || code=$?
  exec 8>&-
  # docker says so when a program ends before it knows the size.
  tr -d '\r' <"$keyboard.out" | sed '/^failed to resize tty, using default size$/d'
  rm "$keyboard.out"
  return "$code"
}
# For a shell in a container: prints the terminal's size when it has been set, which engines do after the start; and waits for
# a new one.
terminal_size='n=0; until [ "$(stty size 2>/dev/null)" = "24 80" ] || [ $((n = n + 1)) = 300 ]; do sleep 0.1; done; stty size'
new_terminal_size='echo ready; n=0; until s=$(stty size 2>/dev/null); [ "$s" = "24 100" ] || [ $((n = n + 1)) = 300 ]; do sleep 0.1; done; echo "$s"'

# --- cgroups --------------------------------------------------------------------------------------------------------

unified() { [ "$(stat -f -c %T /sys/fs/cgroup)" = cgroup2fs ]; }

has_controller() {
  if unified; then grep -qw "$1" /sys/fs/cgroup/cgroup.controllers; else [ -d "/sys/fs/cgroup/$1" ]; fi
}

# controller NAME...: skips the check unless the host's cgroups have the controllers.
controller() {
  local name
  for name in "$@"; do has_controller "$name" || skip "no cgroup controller $name here"; done
}

# cgroups TEST...: the cgroups of the containers, as far as they pass the tests of find(1). Those that vanish meanwhile are
# not there.
cgroups() {
  find /sys/fs/cgroup \( -fstype cgroup -o -fstype cgroup2 \) -type d -path "*$cgroup_parent/*" "$@" 2>/dev/null || true
}

# cgroup_below NAME: a cgroup below the sandbox's, in the driver's words.
cgroup_below() { if [ "$driver" = systemd ]; then echo "${cgroup_parent%.slice}-$1.slice"; else echo "$cgroup_parent/$1"; fi; }

# all_capabilities: skips the check unless root has every capability of the kernel, which dockerd takes for granted.
all_capabilities() {
  local own
  own=$(sed -n 's/^CapBnd:[[:space:]]*//p' /proc/self/status)
  [ $((0x$own)) = $(((1 << ($(cat /proc/sys/kernel/cap_last_cap) + 1)) - 1)) ] || skip "root lacks capabilities here (CapBnd $own)"
}

# capabilities SET: the set (Eff, Bnd, ...) in the status of a process, without leading zeros.
capabilities() { sed -n "s/^Cap$1:[[:space:]]*0*//p"; }

# cgroup_value PID V1CONTROLLER/V1FILE V2FILE: a value of the cgroup of a process.
cgroup_value() {
  local path
  if unified; then
    path=$(sed -n 's/^0:://p' "/proc/$1/cgroup")
    cat "/sys/fs/cgroup$path/$3"
  else
    path=$(awk -F: -v name="${2%%/*}" \
      '{ n = split($2, c, ","); for (i = 1; i <= n; i++) if (c[i] == name) print $3 }' "/proc/$1/cgroup")
    cat "/sys/fs/cgroup/${2%%/*}$path/${2#*/}"
  fi
}

# cgroup_is PID V1CONTROLLER/V1FILE=VALUE V2FILE=VALUE: the value is what it should be.
cgroup_is() {
  local want=${2#*=}
  if unified; then want=${3#*=}; fi
  expect "$want" cgroup_value "$1" "${2%%=*}" "${3%%=*}"
}
