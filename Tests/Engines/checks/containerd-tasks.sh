# shellcheck shell=bash
# ctr tasks, and what containerd hears of them.

created() {
  long life
  expect RUNNING status life
  [ "$(readlink "/proc/$(pid life)/root")" = / ]
  ctr tasks kill life
  eventually 10 is life STOPPED
  expect_match 'exit code 43' ctr tasks rm life
  ctr containers rm life
  expect "" ls "$state"
}
check "tasks: run --detach, kill with TERM, the exit code, delete" created

exec_() {
  long exec
  expect "inside" execute exec echo inside
  expect_code 5 execute exec sh -c 'exit 5'
  expect "/tmp" ctr tasks exec --exec-id e1 --cwd /tmp exec pwd
  expect "1000 1000" ctr tasks exec --exec-id e2 --user 1000:1000 exec sh -c 'echo $(id -u) $(id -g)'
  expect "1000" ctr tasks exec --exec-id e3 --user app exec id -u
  expect piped bash -c 'echo piped | ctr tasks exec --exec-id e4 exec cat'
  fails execute exec /no/such/command
  expect "$(readlink "/proc/$(pid exec)/ns/mnt")" execute exec readlink /proc/self/ns/mnt
  remove exec
}
check "tasks exec: output, exit code, --cwd, --user, input" exec_

exec_tty() {
  long exectty
  expect "/dev/pts/0" terminal "ctr tasks exec --exec-id t1 --tty exectty sh -c 'sleep 0.5; tty'"
  expect "24 80" terminal "ctr tasks exec --exec-id t2 --tty exectty sh -c '$terminal_size'"
  expect_code 3 terminal "ctr tasks exec --exec-id t3 --tty exectty sh -c 'sleep 0.5; exit 3'"
  remove exectty
}
check "tasks exec --tty" exec_tty

exec_detached() {
  long execd
  ctr tasks exec --detach --exec-id bg execd sleep 300
  eventually 5 bash -c 'ctr tasks exec --exec-id q$RANDOM execd ps | grep -q "sleep 300"'
  ctr tasks kill --exec-id bg --signal KILL execd
  eventually 5 bash -c '! ctr tasks exec --exec-id q$RANDOM execd ps | grep -q "sleep 300"'
  expect RUNNING status execd
  remove execd
}
check "tasks exec --detach, kill --exec-id" exec_detached

exec_cgroup() {
  controller memory
  long execcg
  expect "$(awk -F: '$2 == "memory" || $2 == "" { print $3 }' "/proc/$(pid execcg)/cgroup" | sort -u)" \
    execute execcg sh -c 'awk -F: "\$2 == \"memory\" || \$2 == \"\" { print \$3 }" /proc/self/cgroup | sort -u'
  remove execcg
}
check "tasks exec joins the cgroups" exec_cgroup

pause() {
  long paused
  ctr tasks pause paused
  expect PAUSED status paused
  fails execute paused true
  ctr tasks resume paused
  expect RUNNING status paused
  expect back execute paused echo back
  ctr tasks pause paused
  remove paused
}
check "tasks: pause, resume, kill while paused" pause

processes() {
  long ps
  ctr tasks exec --detach --exec-id more ps sleep 300
  ctr tasks ps ps >out
  cat out
  grep -qw "$(pid ps)" out
  [ "$(wc -l <out)" -ge 3 ]
  remove ps
}
check "tasks ps" processes

signals() {
  run signals --detach -- sh -c 'trap "echo usr1 >/tmp/got" USR1; while :; do sleep 0.1; done'
  sleep 0.3
  ctr tasks kill --signal SIGUSR1 signals
  eventually 5 execute signals grep -q usr1 /tmp/got
  expect RUNNING status signals
  ctr tasks kill --signal 9 signals
  eventually 10 is signals STOPPED
  expect_match 'exit code 137' ctr tasks rm signals
  ctr containers rm signals
  fails ctr tasks kill signals
}
check "tasks kill --signal" signals

children_die() {
  run children --detach -- sh -c 'sleep 4242 & sleep 4242 & exec sleep 4242'
  eventually 5 bash -c '[ "$(pgrep -fxc "sleep 4242")" = 3 ]'
  remove children
  eventually 5 bash -c '! pgrep -fx "sleep 4242"'
}
check "tasks kill: all processes of the container end" children_die

events() {
  ctr events >events.out & local listener=$!
  sleep 0.5
  long evented
  ctr tasks exec --exec-id one evented true
  ctr tasks pause evented
  ctr tasks resume evented
  remove evented
  eventually 5 grep -q /tasks/delete events.out
  kill "$listener"
  local topic
  for topic in create start exec-added exec-started paused resumed exit delete; do
    grep -q "/tasks/$topic" events.out || { cat events.out; echo "no $topic"; return 1; }
  done
}
check "events of a task's life" events

restart() {
  long survivor
  kill -KILL "${daemons[-1]}"
  eventually 5 gone "${daemons[-1]}"
  containerd_up
  trap 'kill "${daemons[-1]}"; eventually 10 gone "${daemons[-1]}"' EXIT
  expect RUNNING status survivor
  expect alive execute survivor echo alive
  ctr tasks kill survivor
  eventually 10 is survivor STOPPED
  expect_match 'exit code 43' ctr tasks rm survivor
  ctr containers rm survivor
}
check "a container outlives containerd" restart
if gone "${daemons[0]}"; then daemons=(); containerd_up; fi

parallel() {
  local i all=()
  for i in $(seq 20); do
    once "many$i" -- echo "number $i" >"many$i.out" & all+=($!)
  done
  for i in "${all[@]}"; do wait "$i"; done
  for i in $(seq 20); do expect "number $i" cat "many$i.out"; done
}
check "twenty containers at once" parallel

exec_parallel() {
  long busy
  local i all=()
  for i in $(seq 20); do
    ctr tasks exec --exec-id "p$i" busy echo "number $i" >"exec$i.out" & all+=($!)
  done
  for i in "${all[@]}"; do wait "$i"; done
  for i in $(seq 20); do expect "number $i" cat "exec$i.out"; done
  remove busy
}
check "twenty exec at once" exec_parallel

has_counted() { [ "$(execute "$1" cat /tmp/count)" -gt "$2" ]; }
checkpoint() {
  local before
  checkpoints
  run saved --detach -- sh -c "$counting"
  eventually 20 has_counted saved 4
  before=$(execute saved cat /tmp/count)
  ctr containers checkpoint --task --rw --image saved localhost/saved:1
  remove saved
  ctr containers restore --live --rw restored localhost/saved:1
  eventually 10 is restored RUNNING
  eventually 20 has_counted restored "$before"
  remove restored
}
check "containers checkpoint, restore" checkpoint
