# shellcheck shell=bash
# podman beside systemd: the units, a systemd in the container, and podman with the host's own settings.

scope() {
  local id
  start scoped
  id=$(inspect scoped '{{.Id}}')
  expect active systemctl is-active "libpod-$id.scope"
  expect "0::/$cgroup_parent/libpod-$id.scope" sed -n 's,/container$,,; s/^0::/0::/p' "/proc/$(pid scoped)/cgroup"
  podman exec scoped true
  systemctl daemon-reload
  expect inside podman exec scoped echo inside
  remove scoped
  eventually 10 fails systemctl is-active --quiet "libpod-$id.scope"
}
check "a container's scope" scope

stopped_unit() {
  start unaware
  systemctl stop "libpod-$(inspect unaware '{{.Id}}').scope"
  eventually 30 is unaware exited
  remove unaware
}
check "systemctl stop of a container's scope" stopped_unit

# system_root: a root file system with the host's programs and a configuration that starts one service.
system_root() {
  local name
  mkdir -p system/{usr,etc/systemd/system/multi-user.target.wants,var,run,tmp,proc,sys,dev}
  for name in bin sbin lib lib64; do cp -a "/$name" system/; done
  mount --bind /usr system/usr
  cp /etc/passwd /etc/group /etc/nsswitch.conf system/etc/
  : >system/etc/machine-id
  printf '[Service]\nType=oneshot\nRemainAfterExit=yes\nExecStart=/bin/sh -c "echo up >/run/proof"\n' \
    >system/etc/systemd/system/proof.service
  ln -sf ../proof.service system/etc/systemd/system/multi-user.target.wants/proof.service
}

init_system() {
  [ -x /usr/lib/systemd/systemd ] || skip "no systemd below /usr here"
  system_root
  run --detach --name system --systemd always --rootfs "$work/system" /usr/lib/systemd/systemd >/dev/null
  eventually 60 podman exec system test -e /run/proof
  expect_match '^(running|degraded)' podman exec system systemctl is-system-running --wait
  expect systemd podman exec system cat /proc/1/comm
  podman exec system systemd-run --quiet --wait --property MemoryMax=64M true
  podman stop --time 60 system >/dev/null
  is system exited
  [ "$(inspect system '{{.State.ExitCode}}')" != 137 ]
  remove system
  umount system/usr
}
check "run --systemd always: a systemd with services" init_system

# outside: podman with the settings, the storage and the mounts of the host.
client outside nsenter --target 1 --mount --net --ipc --uts env -i HOME=/root "PATH=$system_path" podman --runtime "$runtime"

defaults() {
  local id
  controller pids
  expect systemd outside info --format '{{.Host.CgroupManager}}'
  outside load --quiet --input "$work/image.tar" >/dev/null
  expect hello outside run --rm --network none "$image" echo hello
  outside run --detach --name engines-default --network none "$image" sh -c "$until_term" >/dev/null
  id=$(outside inspect --format '{{.Id}}' engines-default)
  expect "0::/machine.slice/libpod-$id.scope" sed -n 's,/container$,,; s/^0::/0::/p' "/proc/$(outside inspect --format '{{.State.Pid}}' engines-default)/cgroup"
  expect inside outside exec engines-default echo inside
  outside stop --time 10 engines-default >/dev/null
  expect 43 outside inspect --format '{{.State.ExitCode}}' engines-default
  outside rm engines-default >/dev/null
}
check "the host's own settings" defaults

health_is() { [ "$(outside inspect --format '{{.State.Health.Status}}' engines-health)" = "$1" ]; }
health_timer() {
  controller pids
  outside load --quiet --input "$work/image.tar" >/dev/null
  outside run --detach --name engines-health --network none --health-cmd 'test -e /tmp/well' --health-interval 1s \
    --health-retries 1 "$image" sh -c "$until_term" >/dev/null
  eventually 30 health_is unhealthy
  outside exec engines-health touch /tmp/well
  eventually 30 health_is healthy
  outside rm --force --time 0 engines-health >/dev/null
}
check "healthcheck by systemd's timers" health_timer

outside rm --force --ignore --time 0 engines-default engines-health >/dev/null 2>&1 || true
outside rmi --force "$image" >/dev/null 2>&1 || true
