# shellcheck shell=bash
# containerd with a configuration of one's own.

hooks() {
  rm -f hooks.log rootfs/tmp/hooks.log
  cat >hook <<'END'
#!/bin/sh
printf '%s %s\n' "$1" "$(tr -d '\n' | sed 's/.*"status": *"\([a-z]*\)".*/\1/')" >>"$2"
END
  chmod 755 hook
  cp hook rootfs/bin/hook
  local all='.hooks = {'
  for kind in prestart createRuntime createContainer poststart poststop; do
    all+="$kind: [{path: \"$work/hook\", args: [\"hook\", \"$kind\", \"$work/hooks.log\"], env: [\"PATH=/bin:/usr/bin\"]}],"
  done
  all+='startContainer: [{path: "/bin/hook", args: ["hook", "startContainer", "/tmp/hooks.log"], env: ["PATH=/bin"]}]}'
  run_config hooks "$all | .process.args = [\"sh\", \"-c\", \"cat /tmp/hooks.log; sleep 2\"]" --rm >out
  cat out hooks.log
  expect startContainer cut -d' ' -f1 out
  expect "prestart createRuntime createContainer poststart poststop " bash -c "cut -d' ' -f1 hooks.log | tr '\n' ' '"
}
check "config: hooks of six kinds, in their order" hooks
hook_state() { grep -x "$1 .*" hooks.log; grep -qx "$1 $2" hooks.log; }
check "config: createRuntime hooks get the state, creating or created" hook_state createRuntime "creat[a-z]*"
check "config: poststart hooks get the state running" hook_state poststart running
check "config: poststop hooks get the state stopped" hook_state poststop stopped

failing_hook() {
  fails run_config badhook '.hooks = {createRuntime: [{path: "/bin/false"}]} | .process.args = ["touch", "/tmp/started"]' --rm
  [ ! -e rootfs/tmp/started ]
  expect "" ls "$state"
}
check "config: a failing hook stops the container" failing_hook

slow_hook() {
  local start=$SECONDS
  fails run_config slowhook '.hooks = {createRuntime: [{path: "/bin/sleep", args: ["sleep", "30"], timeout: 1}]} | .process.args = ["true"]' --rm
  [ $((SECONDS - start)) -lt 10 ]
}
check "config: a hook's timeout" slow_hook

limits_of_process() {
  expect "100 200 300" run_config rlimits '.process.rlimits = [{type: "RLIMIT_NOFILE", soft: 100, hard: 200}] | .process.oomScoreAdj = 300 |
    .process.args = ["sh", "-c", "echo $(ulimit -Sn) $(ulimit -Hn) $(cat /proc/self/oom_score_adj)"]' --rm
}
check "config: rlimits, oomScoreAdj" limits_of_process

paths() {
  run_config paths '.linux.maskedPaths += ["/etc/motd", "/usr"] | .linux.readonlyPaths += ["/home"] |
    .process.args = ["sh", "-c", "cat /etc/motd; ls /usr; touch /home/x; echo 9 >/proc/sys/kernel/pid_max"]' --rm >out 2>&1 || true
  cat out
  [ "$(grep -c 'Read-only file system' out)" = 2 ]
  fails grep -q 'A file of' out
}
check "config: maskedPaths, readonlyPaths" paths

names() {
  expect "box 1" run_config names '.hostname = "box" | .linux.sysctl = {"net.ipv4.ip_forward": "1"} |
    .process.args = ["sh", "-c", "echo $(hostname) $(cat /proc/sys/net/ipv4/ip_forward)"]' --rm
}
check "config: hostname, sysctl" names

bad_config() {
  fails run_config bad1 '.linux.sysctl = {"kernel.panic": "1"} | .process.args = ["true"]' --rm
  fails run_config bad2 '.mounts += [{destination: "/x", type: "bind", source: "/no/such/source", options: ["bind"]}] | .process.args = ["true"]' --rm
  fails run_config bad3 '.process.args = []' --rm
  expect "" ls "$state"
}
check "config: a bad one fails and leaves nothing" bad_config

host_namespaces() {
  expect "$(readlink /proc/self/ns/ipc)" run_config hostipc '.linux.namespaces |= map(select(.type != "ipc" and .type != "uts")) | del(.hostname) |
    .process.args = ["readlink", "/proc/self/ns/ipc"]' --rm
  local id
  run_config hostpid '.linux.namespaces |= map(select(.type != "pid")) | .process.args = ["sleep", "100"]' --detach
  id=$(pid hostpid)
  [ "$(readlink "/proc/$id/ns/pid")" = "$(readlink /proc/self/ns/pid)" ]
  execute hostpid sh -c 'sleep 200 >/dev/null 2>&1 & sleep 200 >/dev/null 2>&1 & true'
  ctr tasks kill --all --signal KILL hostpid
  eventually 10 is hostpid STOPPED
  remove hostpid
}
check "config: namespaces of the host; kill --all without a pid namespace" host_namespaces
