# shellcheck shell=bash
# docker run, podman run: confinement, namespaces, limits.

capabilities_() {
  once "$image" cat /proc/self/status >out
  of docker expect a80425fb capabilities Eff <out
  once --cap-drop all "$image" cat /proc/self/status >out
  expect "" capabilities Bnd <out
  once --cap-drop all --cap-add chown --cap-add sys_time "$image" cat /proc/self/status >out
  expect 2000001 capabilities Eff <out
  once --user app "$image" cat /proc/self/status >out
  expect "" capabilities Eff <out
  once --user app --cap-add chown "$image" cat /proc/self/status >out
  of podman expect 1 capabilities Amb <out
  fails once "$image" mount -t tmpfs none /tmp
  once --cap-add sys_admin --security-opt apparmor=unconfined "$image" mount -t tmpfs none /tmp
}
check "run: --cap-add, --cap-drop" capabilities_

privileged() {
  of docker all_capabilities
  once --privileged "$image" cat /proc/self/status >out
  expect "$(capabilities Bnd </proc/self/status)" capabilities Eff <out
  expect "$(capabilities Bnd </proc/self/status)" capabilities Bnd <out
  once --privileged "$image" sh -c 'mount -t tmpfs none /tmp && test -w /proc/sys/kernel/domainname && mknod /tmp/fuse c 10 229 && : </tmp/fuse'
  start privileged
  "$engine" exec --privileged privileged cat /proc/self/status >out
  expect "$(capabilities Bnd </proc/self/status)" capabilities Eff <out
  expect "$(capabilities Bnd </proc/self/status)" capabilities Bnd <out
  remove privileged
}
check "run, exec: --privileged" privileged

security() {
  expect "NoNewPrivs:	1" once --security-opt no-new-privileges "$image" grep NoNewPrivs /proc/self/status
  expect "Seccomp:	2" once "$image" grep Seccomp: /proc/self/status
  expect "Seccomp:	0" once --security-opt seccomp=unconfined "$image" grep Seccomp: /proc/self/status
  jq -n '{defaultAction: "SCMP_ACT_ALLOW", syscalls: [{names: ["mkdir", "mkdirat"], action: "SCMP_ACT_ERRNO", errnoRet: 28}]}' >seccomp.json
  expect_match 'No space left' once --security-opt "seccomp=$work/seccomp.json" "$image" mkdir /tmp/x
  of docker fails once "$image" unshare -U true
  once --security-opt seccomp=unconfined "$image" unshare -U true
  of podman expect "" once --security-opt mask=/etc/motd "$image" cat /etc/motd
  fails once "$image" sh -c 'echo 9 >/proc/sys/kernel/pid_max'
  expect "" once "$image" sh -c 'cat /proc/keys 2>/dev/null || true'
}
check "run: --security-opt" security

ulimits() {
  # podman asks for more processes than a root without CAP_SYS_RESOURCE may give.
  expect "100 200" once --ulimit nofile=100:200 --ulimit nproc=4096:4096 "$image" sh -c 'echo $(ulimit -Sn) $(ulimit -Hn)'
  expect 1 once --sysctl net.ipv4.ip_forward=1 "$image" cat /proc/sys/net/ipv4/ip_forward
  expect 77 once --oom-score-adj 77 "$image" cat /proc/self/oom_score_adj
  expect 3072 once --shm-size 3m "$image" sh -c 'df -k /dev/shm | tail -n 1 | tr -s " " | cut -d" " -f2'
  fails once --sysctl kernel.panic=1 "$image" true
}
check "run: --ulimit, --sysctl, --oom-score-adj, --shm-size" ulimits

namespaces() {
  local kind
  for kind in pid ipc uts; do
    expect "$(readlink "/proc/self/ns/$kind")" once "--$kind" host "$image" readlink "/proc/self/ns/$kind"
    [ "$(once "$image" readlink "/proc/self/ns/$kind")" != "$(readlink "/proc/self/ns/$kind")" ]
  done
  expect "$(readlink /proc/self/ns/net)" connected --rm --network host "$image" readlink /proc/self/ns/net
  start one --ipc shareable
  for kind in pid ipc net; do
    expect "$(readlink "/proc/$(pid one)/ns/$kind")" connected --rm --network container:one --pid container:one --ipc container:one \
      "$image" readlink "/proc/self/ns/$kind"
  done
  remove one
}
check "run: namespaces of the host and of another container" namespaces

cgroup_options() {
  expect / once --cgroupns private "$image" sh -c 'cut -d: -f3- /proc/self/cgroup | sort -u'
  once --cgroupns host "$image" cat /proc/self/cgroup | has "$cgroup_parent/"
  once --cgroupns host --cgroup-parent "$(cgroup_below other)" "$image" cat /proc/self/cgroup | has "$(cgroup_below other)/"
  once "$image" sh -c 'd=/sys/fs/cgroup; [ -e $d/cgroup.procs ] || d=$d/memory; test -e $d/cgroup.procs && ! mkdir $d/x 2>/dev/null'
}
check "run: --cgroupns, --cgroup-parent, /sys/fs/cgroup" cgroup_options

init() { # the process table of the container: the init and its child
  start init --init
  expect_match 'docker-init|tini|catatonit|podman-init|/dev/init' "$engine" exec init cat /proc/1/cmdline
  remove init
  once --init "$image" sh -c 'sleep 0.2 & exit 0'
}
check "run: --init" init

parallel() {
  local i all=()
  for i in $(seq 12); do once "$image" echo "number $i" >"many$i" & all+=($!); done
  for i in "${all[@]}"; do wait "$i"; done
  for i in $(seq 12); do expect "number $i" cat "many$i"; done
}
check "run: twelve at once" parallel

limits() {
  controller memory cpu cpuset pids
  start limited --memory 64m --memory-swap 64m --memory-reservation 32m --cpus 0.5 --cpu-shares 512 --cpuset-cpus 0 --pids-limit 50
  local id
  id=$(pid limited)
  cgroup_is "$id" memory/memory.limit_in_bytes=67108864 memory.max=67108864
  cgroup_is "$id" memory/memory.soft_limit_in_bytes=33554432 memory.low=33554432
  cgroup_is "$id" cpu/cpu.cfs_quota_us=50000 "cpu.max=50000 100000"
  cgroup_is "$id" cpu/cpu.shares=512 cpu.weight=20
  cgroup_is "$id" cpuset/cpuset.cpus=0 cpuset.cpus=0
  cgroup_is "$id" pids/pids.max=50 pids.max=50
  expect "Cpus_allowed_list:	0" "$engine" exec limited grep Cpus_allowed_list /proc/self/status
  remove limited
}
check "run: --memory, --cpus, --cpu-shares, --cpuset-cpus, --pids-limit" limits

update() {
  controller memory cpu cpuset pids
  start updated --memory 64m --memory-swap 64m --cpus 0.5
  case $engine in
    docker)
      docker update --memory 96m --memory-swap 96m --cpus 0.25 --pids-limit 40 --cpuset-cpus 1 updated >/dev/null 2>&1 ||
        docker update --memory 96m --memory-swap 96m --cpus 0.25 --pids-limit 40 updated >/dev/null
      ;;
    # This podman changes no limit of processes.
    podman) podman update --memory 96m --memory-swap 96m --cpus 0.25 updated >/dev/null ;;
  esac
  local id
  id=$(pid updated)
  cgroup_is "$id" memory/memory.limit_in_bytes=100663296 memory.max=100663296
  cgroup_is "$id" cpu/cpu.cfs_quota_us=25000 "cpu.max=25000 100000"
  of docker cgroup_is "$id" pids/pids.max=40 pids.max=40
  of docker docker update --restart always updated >/dev/null
  remove updated
}
check "update: memory, cpus, pids" update

out_of_memory() {
  controller memory
  local listener=
  rm -f oom
  if [ "$engine" = docker ]; then docker events --filter event=oom >oom.events & listener=$!; fi
  expect_code 9 run --name oom --memory 20m --memory-swap 20m "$image" sh -c 'tail /dev/zero || { sleep 1; exit 9; }'
  if [ "$engine" = docker ]; then
    eventually 5 grep -q oom oom.events
    kill "$listener"
    expect true inspect oom '{{.State.OOMKilled}}'
  else
    # Under cgroup v1, this podman's conmon leaves its note in the working directory, where podman does not look.
    [ "$(inspect oom '{{.State.OOMKilled}}')" = true ] || [ -e oom ]
  fi
  remove oom
}
check "run: out of memory is reported" out_of_memory

oom_disable() {
  controller memory
  unified && skip "cgroup v2 has no such switch"
  start undying --memory 64m --oom-kill-disable
  expect 1 bash -c "sed -n 's/^oom_kill_disable //p' '/sys/fs/cgroup/memory$(awk -F: '$2 == "memory" { print $3 }' "/proc/$(pid undying)/cgroup")/memory.oom_control'"
  remove undying
}
check "run: --oom-kill-disable" oom_disable
