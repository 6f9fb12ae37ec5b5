# shellcheck shell=bash
# docker, podman: the life of a container.

life() {
  start life
  is life running
  "$engine" stop --time 10 life >/dev/null
  expect 43 inspect life '{{.State.ExitCode}}'
  "$engine" start life >/dev/null
  is life running
  "$engine" restart --time 5 life >/dev/null
  "$engine" kill life >/dev/null
  expect 137 "$engine" wait life
  "$engine" rm life >/dev/null
  run --detach --name stubborn --stop-timeout 1 "$image" sh -c 'trap "" TERM; while :; do sleep 0.1; done' >/dev/null
  "$engine" stop stubborn >/dev/null 2>&1
  expect 137 inspect stubborn '{{.State.ExitCode}}'
  run --detach --name usr --stop-signal USR1 "$image" sh -c 'trap "exit 11" USR1; while :; do sleep 0.1; done' >/dev/null
  "$engine" stop --time 10 usr >/dev/null
  expect 11 inspect usr '{{.State.ExitCode}}'
  run --detach --name hup "$image" sh -c 'trap "exit 12" HUP; while :; do sleep 0.1; done' >/dev/null
  "$engine" kill --signal HUP hup >/dev/null
  expect 12 "$engine" wait hup
  remove stubborn usr hup
}
check "start, stop, restart, kill, wait, --stop-signal" life

create() {
  made create --name made "$image" echo made >/dev/null
  is made created
  if [ "$engine" = podman ]; then
    podman init made >/dev/null
    is made initialized
  fi
  expect made "$engine" start --attach made
  remove made
  made create --name fed -i "$image" cat >/dev/null
  expect typed bash -c "echo typed | $engine start --attach --interactive fed"
  run --detach --name ticking "$image" sh -c 'while :; do echo tick; sleep 0.1; done' >/dev/null
  expect tick bash -c "timeout 5 $engine attach --no-stdin ticking 2>/dev/null | head -n 1"
  remove fed ticking
}
check "create, init, start --attach, attach" create

logs() {
  run --detach --name logs "$image" sh -c 'echo out; echo err >&2' >/dev/null
  "$engine" wait logs >/dev/null
  expect out bash -c "$engine logs logs 2>/dev/null"
  expect err bash -c "$engine logs logs 2>&1 >/dev/null"
  remove logs
}
check "logs" logs

exec_() {
  start exec
  expect inside "$engine" exec exec echo inside
  expect_code 5 "$engine" exec exec sh -c 'exit 5'
  expect_code 126 "$engine" exec exec /etc/motd
  of docker expect_code 126 docker exec exec /no/such/command || expect_code 127 "$engine" exec exec /no/such/command
  of podman expect_code 127 podman exec exec /no/such/command
  expect "1000 /tmp v" "$engine" exec --user app --workdir /tmp --env E=v exec sh -c 'echo $(id -u) $(pwd) $E'
  expect piped bash -c "echo piped | $engine exec -i exec cat"
  "$engine" exec exec cat /proc/self/status >out
  of docker expect a80425fb capabilities Eff <out
  expect "Seccomp:	2" "$engine" exec exec grep Seccomp: /proc/self/status
  "$engine" exec --detach exec sleep 300 >/dev/null
  eventually 5 bash -c "$engine exec exec ps | grep -q 'sleep 300'"
  of podman expect fd3 bash -c "exec 3< <(echo fd3); podman exec --preserve-fds 1 exec sh -c 'cat <&3'"
  remove exec
}
check "exec: output, exit code, --user, -i, --detach, --preserve-fds" exec_

exec_tty() {
  start exec
  expect /dev/pts/0 terminal "$engine exec -it exec tty"
  expect "24 80" terminal "$engine exec -it exec sh -c '$terminal_size'"
  expect_code 3 terminal "$engine exec -it exec sh -c 'exit 3'"
  terminal "$engine exec -it exec sh" 'echo $((40 + 2)) typed\nexit 5\n' >out || [ $? = 5 ]
  grep -q '^42 typed' out
  expect $'ready\n24 100' terminal "resized & $engine exec -it exec sh -c '$new_terminal_size'"
  remove exec
}
check "exec -it: tty, its size and change, typing, exit code" exec_tty

exec_parallel() {
  start busy
  local i all=()
  for i in $(seq 12); do "$engine" exec busy echo "number $i" >"exec$i" & all+=($!); done
  for i in "${all[@]}"; do wait "$i"; done
  for i in $(seq 12); do expect "number $i" cat "exec$i"; done
  remove busy
}
check "exec: twelve at once" exec_parallel

pause() {
  start paused
  "$engine" pause paused >/dev/null
  is paused paused
  fails "$engine" exec paused true
  "$engine" unpause paused >/dev/null
  expect back "$engine" exec paused echo back
  "$engine" pause paused >/dev/null
  remove paused
}
check "pause, unpause, rm --force while paused" pause

top_stats() {
  controller memory pids
  start stats --memory 64m
  case $engine in
    docker) docker top stats -o pid,comm | has '^[0-9]+ +sh$' ;;
    podman) podman top stats pid user comm | has 'sh$' ;;
  esac
  "$engine" stats --no-stream --format '{{.PIDs}} {{.MemUsage}}' stats >out
  cat out
  grep -qE '^[1-9][0-9]* .*/ (64MiB|67.*MB)' out
  remove stats
}
check "top, stats" top_stats

restart_policy() {
  run --detach --name again --restart on-failure:2 "$image" sh -c 'echo turn; exit 3' >/dev/null
  eventually 30 bash -c "[ \"\$($engine logs again | grep -c turn)\" = 3 ]"
  eventually 10 is again exited
  expect 3 inspect again '{{.State.ExitCode}}'
  of docker expect 2 inspect again '{{.RestartCount}}'
  remove again
}
check "run: --restart on-failure" restart_policy

files() {
  start files
  echo copied >data.txt
  "$engine" cp data.txt files:/tmp/data.txt
  expect copied "$engine" exec files cat /tmp/data.txt
  "$engine" cp files:/tmp/data.txt back.txt
  expect copied cat back.txt
  "$engine" diff files | has 'A /tmp/data.txt'
  "$engine" commit files localhost/committed:1 >/dev/null 2>&1
  expect copied once localhost/committed:1 cat /tmp/data.txt
  "$engine" export files | "$engine" import - localhost/imported:1 >/dev/null 2>&1
  expect copied once localhost/imported:1 /bin/cat /tmp/data.txt
  remove files
  "$engine" rmi localhost/committed:1 localhost/imported:1 >/dev/null
}
check "cp, diff, commit, export, import" files
