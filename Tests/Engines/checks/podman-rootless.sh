# shellcheck shell=bash
# podman without root.

rootless_run() {
  rootless_possible
  cat log/rootless
  expect hello rootless run --rm --network none "$image" echo hello
  expect_code 7 rootless run --rm --network none "$image" sh -c 'exit 7'
  expect_code 126 rootless run --rm --network none "$image" /etc/motd
  expect_code 127 rootless run --rm --network none "$image" /no/such/command
  expect 0 rootless run --rm --network none "$image" id -u
  expect 0 rootless run --rm --network none "$image" stat -c %u /etc/motd
  expect 1000 rootless run --rm --network none --user app "$image" id -u
  expect "0 $user_id 1 1 $user_first 65536" rootless run --rm --network none "$image" sh -c 'echo $(cat /proc/self/uid_map)'
}
check "rootless run" rootless_run

rootless_tty() {
  rootless_possible
  expect "24 80" terminal "rootless run --rm --network none -it $image sh -c '$terminal_size'"
  expect_code 9 terminal "rootless run --rm --network none -it $image sh -c 'exit 9'"
}
check "rootless run -it" rootless_tty

rootless_keep_id() {
  rootless_possible
  expect "$user_id $(id -g "$user_name")" rootless run --rm --network none --userns keep-id "$image" sh -c 'echo $(id -u) $(id -g)'
  install -d -o "$user_id" user/data
  rootless run --rm --network none --userns keep-id -v "$work/user/data:/data" "$image" touch /data/mine
  expect "$user_id" stat -c %u user/data/mine
  expect 4096 rootless run --rm --network none --userns auto:size=4096 "$image" sh -c 'awk "{ sum += \$3 } END { print sum }" /proc/self/uid_map'
}
check "rootless run: --userns keep-id, auto" rootless_keep_id

rootless_options() {
  rootless_possible
  expect box rootless run --rm --network none --hostname box "$image" hostname
  fails rootless run --rm --network none --read-only "$image" touch /x
  rootless run --rm --network none --tmpfs /t "$image" touch /t/x
  rootless run --rm --network none --privileged "$image" mount -t tmpfs none /tmp
  expect 2 rootless run --rm --network none "$image" sed -n 's/^Seccomp:[[:space:]]*//p' /proc/self/status
  expect 1 rootless run --rm --network none --init "$image" sh -c 'grep -c init /proc/1/cmdline || true; exit 0'
  local ipc=()
  [ ! -d /dev/mqueue ] || ipc=(--ipc host)
  rootless run --rm --network none --pid host --uts host "${ipc[@]}" "$image" true
  rootless run --rm --network none --device /dev/null:/dev/other "$image" sh -c 'echo x >/dev/other'
  expect "NoNewPrivs:	1" rootless run --rm --network none --security-opt no-new-privileges "$image" grep NoNewPrivs /proc/self/status
  rootless run --rm --network none --ulimit nofile=100:100 --ulimit nproc=100:100 "$image" true
}
check "rootless run: options" rootless_options

rootless_life() {
  rootless_possible
  rootless run --detach --network none --name life "$image" sh -c "$until_term" >/dev/null
  expect inside rootless exec life echo inside
  expect_code 5 rootless exec life sh -c 'exit 5'
  expect "24 80" terminal "rootless exec -it life sh -c '$terminal_size'"
  expect 1000 rootless exec --user app life id -u
  rootless top life | has sh
  rootless stop --time 10 life >/dev/null
  expect 43 rootless inspect --format '{{.State.ExitCode}}' life
  rootless start life >/dev/null
  rootless kill life >/dev/null
  expect 137 rootless wait life
  rootless rm life >/dev/null
}
check "rootless: exec, stop, start, kill, wait" rootless_life

rootless_pod() {
  rootless_possible
  rootless pod create --name pod --network none >/dev/null
  rootless run --detach --pod pod --name left "$image" sh -c "$until_term" >/dev/null
  expect "$(readlink "/proc/$(rootless inspect --format '{{.State.Pid}}' left)/ns/net")" rootless run --rm --pod pod "$image" readlink /proc/self/ns/net
  rootless pod rm --force --time 0 pod >/dev/null
}
check "rootless: a pod" rootless_pod

rootless_limits() {
  rootless_possible
  [ "$driver" = systemd ] || skip "no cgroup is delegated to the user: that takes --driver systemd"
  unified || skip "no cgroup v2 layout here"
  controller memory pids
  expect "67108864 50" rootless run --rm --network none --memory 64m --pids-limit 50 "$image" \
    sh -c 'cd /sys/fs/cgroup; echo $(cat memory.max pids.max)'
  rootless run --detach --network none --name limited --memory 64m "$image" sh -c "$until_term" >/dev/null
  rootless update --memory 96m limited >/dev/null
  rootless pause limited >/dev/null
  expect paused rootless inspect --format '{{.State.Status}}' limited
  rootless unpause limited >/dev/null
  expect 100663296 rootless exec limited cat /sys/fs/cgroup/memory.max
  rootless rm --force --time 0 limited >/dev/null
}
check "rootless: limits, update, pause" rootless_limits

rootless_slirp() {
  rootless_possible
  [ -c /dev/net/tun ] || skip "no /dev/net/tun here"
  rootless run --rm --network slirp4netns "$image" ls /sys/class/net >out
  grep -q tap0 out
}
check "rootless run: --network slirp4netns" rootless_slirp

rootless_build() {
  rootless_possible
  [ "$driver" = cgroupfs ] || unified || skip "systemd manages cgroups for users on cgroup v2 only"
  mkdir -p context
  printf 'FROM %s\nRUN echo built >/built\nCMD ["cat", "/built"]\n' "$image" >context/Dockerfile
  chmod 755 context
  rootless build --quiet --ulimit nofile=1024:1024 --ulimit nproc=1024:1024 --runtime "$runtime" --isolation oci --network none --tag localhost/built:1 "$work/context" >/dev/null
  expect built rootless run --rm --network none localhost/built:1
}
check "rootless build --isolation oci" rootless_build
