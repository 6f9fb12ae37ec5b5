# shellcheck shell=bash
# podman: the life of a container.

life() {
  start life
  is life running
  podman stop --time 10 life >/dev/null
  expect 43 inspect life '{{.State.ExitCode}}'
  podman start life >/dev/null
  is life running
  podman restart --time 5 life >/dev/null
  podman kill --signal KILL life >/dev/null
  expect 137 podman wait life
  remove life
  run --detach --name stubborn --stop-timeout 1 "$image" sh -c 'trap "" TERM; while :; do sleep 0.1; done' >/dev/null
  podman stop stubborn >/dev/null 2>&1
  expect 137 inspect stubborn '{{.State.ExitCode}}'
  remove stubborn
  run --detach --name usr --stop-signal USR1 "$image" sh -c 'trap "exit 11" USR1; while :; do sleep 0.1; done' >/dev/null
  podman stop --time 10 usr >/dev/null
  expect 11 inspect usr '{{.State.ExitCode}}'
  remove usr
}
check "start, stop, restart, kill, wait, --stop-signal" life

create() {
  podman create --name made --network none --cgroup-parent "$cgroup_parent" "$image" echo made >/dev/null
  podman init made >/dev/null
  is made initialized
  expect made podman start --attach made
  remove made
}
check "create, init, start --attach" create

logs() {
  run --detach --name logs "$image" sh -c 'echo out; echo err >&2' >/dev/null
  podman wait logs >/dev/null
  expect "err out" bash -c "podman logs logs 2>&1 | sort | tr '\n' ' ' | sed 's/ $//'"
  remove logs
}
check "logs" logs

exec_() {
  start exec
  expect inside podman exec exec echo inside
  expect_code 5 podman exec exec sh -c 'exit 5'
  expect_code 126 podman exec exec /etc/motd
  expect_code 127 podman exec exec /no/such/command
  expect "1000 /tmp v" podman exec --user app --workdir /tmp --env E=v exec sh -c 'echo $(id -u) $(pwd) $E'
  expect piped bash -c 'echo piped | podman exec -i exec cat'
  expect /dev/pts/0 terminal "podman exec -it exec tty"
  expect "24 80" terminal "podman exec -it exec sh -c '$terminal_size'"
  expect_code 3 terminal "podman exec -it exec sh -c 'exit 3'"
  podman exec --privileged exec cat /proc/self/status >out
  expect "$(capabilities Bnd </proc/self/status)" capabilities Bnd <out
  podman exec --detach exec sleep 300 >/dev/null
  eventually 5 bash -c 'podman exec exec ps | grep -q "sleep 300"'
  expect fd3 bash -c "exec 3< <(echo fd3); podman exec --preserve-fds 1 exec sh -c 'cat <&3'"
  remove exec
}
check "exec: output, exit code, --user, -i, -it, --privileged, --detach, --preserve-fds" exec_

resize() {
  expect $'ready\n24 100' terminal "resized & podman run --cgroup-parent $cgroup_parent --network none --rm -it $image sh -c '$new_terminal_size'"
  start resized
  expect $'ready\n24 100' terminal "resized & podman exec -it resized sh -c '$new_terminal_size'"
  remove resized
}
check "run -it, exec -it: the terminal changes its size" resize

exec_parallel() {
  start busy
  local i all=()
  for i in $(seq 12); do podman exec busy echo "number $i" >"exec$i" & all+=($!); done
  for i in "${all[@]}"; do wait "$i"; done
  for i in $(seq 12); do expect "number $i" cat "exec$i"; done
  remove busy
}
check "exec: twelve at once" exec_parallel

pause() {
  start paused
  podman pause paused >/dev/null
  is paused paused
  fails podman exec paused true
  podman unpause paused >/dev/null
  expect back podman exec paused echo back
  podman pause paused >/dev/null
  remove paused
}
check "pause, unpause, rm --force while paused" pause

top_stats() {
  controller memory pids
  start stats --memory 64m
  podman top stats pid user comm | has 'sh$'
  podman stats --no-stream --format '{{.PIDs}} {{.MemUsage}}' stats | has '^[1-9][0-9]* .*/ 67.*MB'
  remove stats
}
check "top, stats" top_stats

health() {
  start health --health-cmd 'test -e /tmp/well' --health-interval disable --health-retries 1
  fails podman healthcheck run health
  podman exec health touch /tmp/well
  podman healthcheck run health
  expect healthy inspect health '{{.State.Health.Status}}'
  remove health
}
check "healthcheck" health

restart_policy() {
  run --detach --name again --restart on-failure:2 "$image" sh -c 'echo turn; exit 3' >/dev/null
  eventually 20 bash -c '[ "$(podman logs again | grep -c turn)" = 3 ]'
  eventually 10 is again exited
  expect 3 inspect again '{{.State.ExitCode}}'
  remove again
}
check "run: --restart on-failure" restart_policy
