# shellcheck shell=bash
# podman container checkpoint, restore.

count() { podman exec "$1" cat /tmp/count; }
has_counted() { [ "$(count "$1")" -gt "$2" ]; }
# counter NAME [OPTION...]: starts a container that counts, and waits until it has begun.
counter() {
  run --detach --name "$@" "$image" sh -c "$counting" >/dev/null
  eventually 20 has_counted "$1" 4
}

in_place() {
  local before
  checkpoints
  counter saved
  before=$(count saved)
  podman container checkpoint saved >/dev/null
  expect "exited true" inspect saved '{{.State.Status}} {{.State.Checkpointed}}'
  podman container restore saved >/dev/null
  is saved running
  eventually 20 has_counted saved "$before"
  podman container checkpoint --keep saved >/dev/null
  podman container restore --keep saved >/dev/null
  eventually 20 has_counted saved "$before"
  podman exec saved true
  podman stop --time 0 saved >/dev/null
  remove saved
}
check "container checkpoint, restore; --keep" in_place

leave_running() {
  local before
  checkpoints
  counter saved
  before=$(count saved)
  podman container checkpoint --leave-running saved >/dev/null
  is saved running
  eventually 20 has_counted saved "$before"
  remove saved
}
check "container checkpoint --leave-running" leave_running

moved() {
  local before
  checkpoints
  counter saved --memory 64m
  podman exec saved sh -c 'echo kept >/tmp/kept'
  before=$(count saved)
  podman container checkpoint --export saved.tar saved >/dev/null
  remove saved
  podman container restore --import saved.tar --name first >/dev/null
  podman container restore --import saved.tar --name second >/dev/null
  eventually 20 has_counted first "$before"
  eventually 20 has_counted second "$before"
  expect kept podman exec second cat /tmp/kept
  remove first second
}
check "container checkpoint --export, restore --import --name: two of one" moved

in_steps() {
  local before
  checkpoints
  counter saved
  podman container checkpoint --pre-checkpoint saved >/dev/null
  is saved running
  before=$(count saved)
  podman container checkpoint --with-previous saved >/dev/null
  podman container restore saved >/dev/null
  eventually 20 has_counted saved "$before"
  remove saved
  counter saved
  podman container checkpoint --pre-checkpoint --export pre.tar saved >/dev/null
  before=$(count saved)
  podman container checkpoint --with-previous --export full.tar saved >/dev/null
  remove saved
  podman container restore --import-previous pre.tar --import full.tar >/dev/null
  eventually 20 has_counted saved "$before"
  remove saved
}
check "container checkpoint --pre-checkpoint, --with-previous; both exported" in_steps

connected() {
  local before
  checkpoints
  run --detach --name saved "$image" sh -c "mkfifo /tmp/pipe /tmp/quiet; exec 4<>/tmp/quiet; nc -l -p 99 <&4 >/tmp/heard &
    until grep -q ':0063 0*:0000 0A' /proc/net/tcp /proc/net/tcp6; do sleep 0.1; done
    nc 127.0.0.1 99 </tmp/pipe & exec 3>/tmp/pipe; ${counting%sleep*}echo \$i >&3; sleep 0.1; done" >/dev/null
  eventually 20 podman exec saved grep -qx 5 /tmp/heard
  fails podman container checkpoint saved
  is saved running
  before=$(count saved)
  podman container checkpoint --tcp-established saved >/dev/null
  podman container restore --tcp-established saved >/dev/null
  eventually 20 podman exec saved grep -qx $((before + 5)) /tmp/heard
  remove saved
}
check "container checkpoint --tcp-established" connected
