# shellcheck shell=bash
# podman run: namespaces, and options of other kinds.

namespaces() {
  local kind
  for kind in pid ipc uts; do
    expect "$(readlink "/proc/self/ns/$kind")" once "--$kind" host "$image" readlink "/proc/self/ns/$kind"
    [ "$(once "$image" readlink "/proc/self/ns/$kind")" != "$(readlink "/proc/self/ns/$kind")" ]
  done
  expect "$(readlink /proc/self/ns/net)" podman run --rm --cgroup-parent "$cgroup_parent" --network host "$image" readlink /proc/self/ns/net
  start one --ipc shareable
  for kind in pid ipc net; do
    expect "$(readlink "/proc/$(pid one)/ns/$kind")" podman run --rm --cgroup-parent "$cgroup_parent" --network container:one --pid container:one --ipc container:one \
      "$image" readlink "/proc/self/ns/$kind"
  done
  remove one
}
check "run: namespaces of the host and of another container" namespaces

cgroup_namespace() {
  expect / once --cgroupns private "$image" sh -c 'cut -d: -f3- /proc/self/cgroup | sort -u'
  once --cgroupns host "$image" cat /proc/self/cgroup | has "$cgroup_parent"
}
check "run: --cgroupns" cgroup_namespace

user_namespace() {
  expect "0 300000 4096" once --uidmap 0:300000:4096 --gidmap 0:300000:4096 "$image" sh -c 'tr -s " " </proc/self/uid_map | sed "s/^ //"'
  expect 0 once --uidmap 0:300000:4096 "$image" stat -c %u /etc/motd
  expect 1024 once --userns auto:size=1024 "$image" sh -c 'tr -s " " </proc/self/uid_map | cut -d" " -f4'
  start mapped --userns auto
  [ "$(stat -c %u "/proc/$(pid mapped)")" -ge 300000 ]
  expect inside podman exec mapped echo inside
  remove mapped
  start joined --uidmap 0:300000:4096
  expect "$(readlink "/proc/$(pid joined)/ns/user")" once --userns container:joined "$image" readlink /proc/self/ns/user
  remove joined
}
check "run: --uidmap, --userns auto, container" user_namespace

init() { # the process table of the container: the init and its child
  start init --init
  expect_match '^1 .*(catatonit|podman-init|/dev/init)' podman exec init sh -c 'echo 1 $(tr "\0" " " </proc/1/cmdline)'
  remove init
}
check "run: --init" init

systemd_mode() {
  once --systemd always "$image" cat /proc/mounts >out
  grep -q ' /run tmpfs' out
  grep -q ' /sys/fs/cgroup' out
  once --systemd always "$image" sh -c 'd=/sys/fs/cgroup/systemd; [ -d $d ] || d=/sys/fs/cgroup; mkdir -p $d/sub 2>&1 || echo refused' >out
  cat out
}
check "run: --systemd always" systemd_mode

secrets() {
  echo -n hidden | podman secret create key - >/dev/null
  expect hidden once --secret key "$image" cat /run/secrets/key
  expect hidden once --secret key,type=env,target=KEY "$image" sh -c 'echo $KEY'
  podman secret rm key
}
check "run: --secret" secrets

rootfs() {
  mkdir -p rootfs
  podman export "$(podman create "$image")" | tar -x -C rootfs
  expect own once --rootfs "$work/rootfs" echo own
  expect own once --rootfs "$work/rootfs:O" echo own
  tidy
}
check "run: --rootfs, of podman export" rootfs

misc() {
  run --name noted --annotation org.example.note=here "$image" true
  expect here inspect noted '{{index .Config.Annotations "org.example.note"}}'
  remove noted
  local begin=$SECONDS
  fails once --timeout 1 "$image" sleep 30
  [ $((SECONDS - begin)) -lt 15 ]
  expect fd3 bash -c "exec 3< <(echo fd3); podman run --cgroup-parent $cgroup_parent --network none --rm --preserve-fds 1 $image sh -c 'cat <&3'"
}
check "run: --annotation, --timeout, --preserve-fds" misc

personality() {
  [ "$(setarch linux32 uname -m)" = i686 ] || skip "no 32-bit personality here"
  expect i686 once --personality LINUX32 "$image" uname -m
}
check "run: --personality" personality

hooks_dir() {
  mkdir -p hooks.d
  printf '#!/bin/sh\ncat > %s/hook.out\n' "$work" >hook && chmod 755 hook
  jq -n --arg path "$work/hook" '{version: "1.0.0", hook: {path: $path}, when: {always: true}, stages: ["createRuntime", "poststop"]}' >hooks.d/one.json
  podman --hooks-dir "$work/hooks.d" run --rm --network none --cgroup-parent "$cgroup_parent" "$image" true
  expect 1 jq 'if .id and .bundle then 1 else 0 end' hook.out
}
check "run: --hooks-dir" hooks_dir

seccomp_annotation() { # crun's own feature and runc's refusal differ; the container must not start unconfined
  jq -n '{defaultAction: "SCMP_ACT_ERRNO", syscalls: []}' >deny.json
  fails once --security-opt "seccomp=$work/deny.json" "$image" true
}
check "run: a profile that allows nothing" seccomp_annotation

parallel() {
  local i all=()
  for i in $(seq 12); do once "$image" echo "number $i" >"many$i" & all+=($!); done
  for i in "${all[@]}"; do wait "$i"; done
  for i in $(seq 12); do expect "number $i" cat "many$i"; done
}
check "run: twelve at once" parallel

limits() {
  controller memory cpu cpuset pids
  start limited --memory 64m --memory-reservation 32m --cpus 0.5 --cpu-shares 512 --cpuset-cpus 0 --pids-limit 50
  local id
  id=$(pid limited)
  cgroup_is "$id" memory/memory.limit_in_bytes=67108864 memory.max=67108864
  cgroup_is "$id" memory/memory.soft_limit_in_bytes=33554432 memory.low=33554432
  cgroup_is "$id" cpu/cpu.cfs_quota_us=50000 "cpu.max=50000 100000"
  cgroup_is "$id" cpu/cpu.shares=512 cpu.weight=20
  cgroup_is "$id" cpuset/cpuset.cpus=0 cpuset.cpus=0
  cgroup_is "$id" pids/pids.max=50 pids.max=50
  remove limited
}
check "run: --memory, --cpus, --cpu-shares, --cpuset-cpus, --pids-limit" limits

update() {
  controller memory cpu
  start updated --memory 64m --cpus 0.5
  podman update --memory 96m --cpus 0.25 updated >/dev/null
  local id
  id=$(pid updated)
  cgroup_is "$id" memory/memory.limit_in_bytes=100663296 memory.max=100663296
  cgroup_is "$id" cpu/cpu.cfs_quota_us=25000 "cpu.max=25000 100000"
  remove updated
}
check "update: memory, cpus" update

out_of_memory() {
  controller memory
  rm -f oom
  expect_code 9 run --name oom --memory 20m --memory-swap 20m "$image" sh -c 'tail /dev/zero || { sleep 1; exit 9; }'
  # Under cgroup v1, this podman's conmon leaves its note in the working directory, where podman does not look.
  [ "$(inspect oom '{{.State.OOMKilled}}')" = true ] || [ -e oom ]
  remove oom
}
check "run: out of memory is reported" out_of_memory

cgroup_conf() {
  unified || skip "no cgroup v2 layout here"
  start conf --cgroup-conf cgroup.max.descendants=7
  expect 7 cgroup_value "$(pid conf)" - cgroup.max.descendants
  remove conf
}
check "run: --cgroup-conf" cgroup_conf
