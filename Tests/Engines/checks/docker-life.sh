# shellcheck shell=bash
# docker: the life of a container.

life() {
  start life
  is life running
  docker stop --time 10 life >/dev/null
  expect 43 inspect life '{{.State.ExitCode}}'
  docker start life >/dev/null
  is life running
  docker restart --time 5 life >/dev/null
  docker kill life >/dev/null
  expect 137 docker wait life
  docker rm life >/dev/null
  run --detach --name stubborn --stop-timeout 1 "$image" sh -c 'trap "" TERM; while :; do sleep 0.1; done' >/dev/null
  docker stop stubborn >/dev/null
  expect 137 inspect stubborn '{{.State.ExitCode}}'
  run --detach --name usr --stop-signal USR1 "$image" sh -c 'trap "exit 11" USR1; while :; do sleep 0.1; done' >/dev/null
  docker stop --time 10 usr >/dev/null
  expect 11 inspect usr '{{.State.ExitCode}}'
  run --detach --name hup "$image" sh -c 'trap "exit 12" HUP; while :; do sleep 0.1; done' >/dev/null
  docker kill --signal HUP hup >/dev/null
  expect 12 docker wait hup
  remove stubborn usr hup
}
check "start, stop, restart, kill, wait, --stop-signal" life

create() {
  docker create --name made --network none "$image" echo made >/dev/null
  is made created
  expect made docker start --attach made
  remove made
  docker create --name fed --network none -i "$image" cat >/dev/null
  expect typed bash -c 'echo typed | docker start --attach --interactive fed'
  run --detach --name ticking "$image" sh -c 'while :; do echo tick; sleep 0.1; done' >/dev/null
  expect tick bash -c 'timeout 5 docker attach --no-stdin ticking 2>/dev/null | head -n 1'
  remove fed ticking
}
check "create, start --attach, attach" create

logs() {
  run --detach --name logs "$image" sh -c 'echo out; echo err >&2' >/dev/null
  docker wait logs >/dev/null
  expect out bash -c 'docker logs logs 2>/dev/null'
  expect err bash -c 'docker logs logs 2>&1 >/dev/null'
  remove logs
}
check "logs" logs

exec_() {
  start exec
  expect inside docker exec exec echo inside
  expect_code 5 docker exec exec sh -c 'exit 5'
  expect_code 126 docker exec exec /etc/motd
  expect_code 126 docker exec exec /no/such/command || expect_code 127 docker exec exec /no/such/command
  expect "1000 /tmp v" docker exec --user app --workdir /tmp --env E=v exec sh -c 'echo $(id -u) $(pwd) $E'
  expect piped bash -c 'echo piped | docker exec -i exec cat'
  docker exec exec cat /proc/self/status >out
  expect a80425fb capabilities Eff <out
  expect "Seccomp:	2" docker exec exec grep Seccomp: /proc/self/status
  docker exec --detach exec sleep 300
  eventually 5 bash -c 'docker exec exec ps | grep -q "sleep 300"'
  remove exec
}
check "exec: output, exit code, --user, -i, --detach" exec_

exec_tty() {
  start exec
  expect /dev/pts/0 terminal "docker exec -it exec tty"
  expect "24 80" terminal "docker exec -it exec sh -c '$terminal_size'"
  expect_code 3 terminal "docker exec -it exec sh -c 'exit 3'"
  terminal "docker exec -it exec sh" 'echo $((40 + 2)) typed\nexit 5\n' >out || [ $? = 5 ]
  grep -q '^42 typed' out
  expect $'ready\n24 100' terminal "resized & docker exec -it exec sh -c '$new_terminal_size'"
  remove exec
}
check "exec -it: tty, its size and change, typing, exit code" exec_tty

exec_parallel() {
  start busy
  local i all=()
  for i in $(seq 12); do docker exec busy echo "number $i" >"exec$i" & all+=($!); done
  for i in "${all[@]}"; do wait "$i"; done
  for i in $(seq 12); do expect "number $i" cat "exec$i"; done
  remove busy
}
check "exec: twelve at once" exec_parallel

pause() {
  start paused
  docker pause paused >/dev/null
  is paused paused
  fails docker exec paused true
  docker unpause paused >/dev/null
  expect back docker exec paused echo back
  docker pause paused >/dev/null
  docker rm --force paused >/dev/null
}
check "pause, unpause, rm --force while paused" pause

top_stats() {
  controller memory pids
  start stats --memory 64m
  docker top stats -o pid,comm | has '^[0-9]+ +sh$'
  docker stats --no-stream --format '{{.PIDs}} {{.MemUsage}}' stats >out
  cat out
  grep -qE '^[1-9][0-9]* .*/ 64MiB' out
  remove stats
}
check "top, stats" top_stats

health() {
  start health --health-cmd 'test -e /tmp/well' --health-interval 1s --health-timeout 2s --health-retries 1
  eventually 15 bash -c '[ "$(docker inspect -f "{{.State.Health.Status}}" health)" = unhealthy ]'
  docker exec health touch /tmp/well
  eventually 15 bash -c '[ "$(docker inspect -f "{{.State.Health.Status}}" health)" = healthy ]'
  remove health
}
check "run: --health-cmd" health

restart_policy() {
  run --detach --name again --restart on-failure:2 "$image" sh -c 'echo turn; exit 3' >/dev/null
  eventually 30 bash -c '[ "$(docker logs again | grep -c turn)" = 3 ]'
  eventually 10 is again exited
  expect 2 inspect again '{{.RestartCount}}'
  remove again
}
check "run: --restart on-failure" restart_policy

events() {
  docker events >events.out & local listener=$!
  sleep 0.5
  start evented
  docker exec evented true
  docker pause evented >/dev/null
  docker unpause evented >/dev/null
  docker kill evented >/dev/null
  remove evented
  eventually 5 grep -q 'container destroy' events.out
  kill "$listener"
  local what
  for what in create start exec_start exec_die pause unpause kill die destroy; do
    grep -q "container $what" events.out || { cat events.out; echo "no $what"; return 1; }
  done
}
check "events" events
