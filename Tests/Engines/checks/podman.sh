# shellcheck shell=bash
# podman: what it alone has, or has in its own words: health, namespaces, files, images, networks.

health() {
  start health --health-cmd 'test -e /tmp/well' --health-interval disable --health-retries 1
  fails podman healthcheck run health
  podman exec health touch /tmp/well
  podman healthcheck run health
  expect healthy inspect health '{{.State.Health.Status}}'
  remove health
}
check "healthcheck" health

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

cgroup_conf() {
  unified || skip "no cgroup v2 layout here"
  start conf --cgroup-conf cgroup.max.descendants=7
  expect 7 cgroup_value "$(pid conf)" - cgroup.max.descendants
  remove conf
}
check "run: --cgroup-conf" cgroup_conf

build() {
  local cgroup
  # podman hands the parent of a build to the runtime as the cgroup itself.
  if [ "$driver" = systemd ]; then cgroup=$cgroup_parent:build:$BASHPID; else cgroup=$cgroup_parent/build; fi
  mkdir -p context
  printf 'FROM %s\nRUN echo built >/built\nRUN id -u >/user\nUSER app\nCMD ["cat", "/built"]\n' "$image" >context/Dockerfile
  podman build --quiet --ulimit nofile=1024:1024 --ulimit nproc=4096:4096 --runtime "$runtime" --isolation oci --network none --cgroup-parent "$cgroup" --tag localhost/built:1 context >/dev/null
  expect built once localhost/built:1
  podman rmi localhost/built:1 >/dev/null
}
check "build" build

network() {
  ip link add probe type bridge 2>/dev/null || skip "no bridges here"
  ip link del probe
  iptables -L >/dev/null 2>&1 || skip "no iptables here"
  podman run --detach --name web --cgroup-parent "$cgroup_parent" -p 8080:80 "$image" sh -c 'echo served >/tmp/index.html; exec httpd -f -h /tmp' >/dev/null
  eventually 10 bash -c 'wget -qO- http://127.0.0.1:8080/ 2>/dev/null | grep -q served || busybox wget -qO- http://127.0.0.1:8080/ | grep -q served'
  expect served podman run --rm --cgroup-parent "$cgroup_parent" "$image" wget -qO- "http://$(inspect web '{{.NetworkSettings.IPAddress}}')/"
  remove web
}
check "run: a bridge network, a published port" network
