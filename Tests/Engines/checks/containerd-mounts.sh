# shellcheck shell=bash
# ctr run: mounts, namespaces, streams, limits.

mounts() {
  mkdir -p data/sub
  echo content >data/file
  expect content once mnt1 --mount "type=bind,src=$work/data,dst=/data,options=rbind:ro" -- cat /data/file
  fails once mnt2 --mount "type=bind,src=$work/data,dst=/data,options=rbind:ro" -- touch /data/x
  once mnt3 --mount "type=bind,src=$work/data,dst=/made/data,options=rbind:rw" -- touch /made/data/new
  [ -e data/new ]
  expect "2048" once mnt4 --mount "type=tmpfs,src=tmpfs,dst=/scratch,options=size=2m:noexec:mode=700" -- \
    sh -c 'df -k /scratch | tail -n 1 | tr -s " " | cut -d" " -f2'
  expect content once mnt5 --mount "type=bind,src=$work/data/file,dst=/etc/one,options=bind:ro" -- cat /etc/one
}
check "run: --mount bind, ro, tmpfs, a file" mounts

symlink_mount() {
  mkdir -p outside
  run_config escape '.process.args = ["sh", "-c", "ls /target"] |
    .mounts += [{destination: "/link/target", type: "bind", source: "'"$work"'/data", options: ["rbind"]}]' --rm || true
  [ ! -e outside/target ]
}
prepare_link() { mkdir -p outside; ln -sfn "$work/outside" rootfs/link; symlink_mount; rm rootfs/link; }
check "config: a symbolic link of the image does not lead a mount out" prepare_link

propagation() {
  mkdir -p shared; mount -t tmpfs tmpfs shared; mount --make-rshared shared; mkdir shared/sub
  run prop --detach --rootfs-propagation rslave --mount "type=bind,src=$work/shared,dst=/shared,options=rbind:rslave" -- sleep 100
  mount -t tmpfs tmpfs shared/sub; touch shared/sub/seen
  expect seen execute prop ls /shared/sub
  remove prop
  umount -R shared
}
check "run: a mount of the host propagates into an rslave mount" propagation

device() {
  [ -c /dev/fuse ] || skip "no /dev/fuse here to try with"
  mknod device c 10 229
  once dev1 --device "$work/device" -- sh -c ": <$work/device"
  expect_match 'not permitted' once dev2 -- sh -c 'mknod /tmp/fuse c 10 229 && : </tmp/fuse'
}
check "run: --device, and others are denied" device

no_pivot() { expect "bin dev etc home proc root run sys tmp usr var" once nopivot --no-pivot -- sh -c 'cd /; echo *'; }
check "run: --no-pivot" no_pivot

user_namespace() {
  expect "0 100000 65536" once userns --uidmap 0:100000:65536 --gidmap 0:100000:65536 -- \
    sh -c 'tr -s " " </proc/self/uid_map | sed "s/^ //"'
  expect "0" once userns2 --uidmap 0:100000:65536 --gidmap 0:100000:65536 -- stat -c %u /etc/motd
}
check "run: --uidmap, --gidmap" user_namespace

net_host() {
  expect "$(readlink /proc/self/ns/net)" once net1 --net-host -- readlink /proc/self/ns/net
  [ "$(once net2 -- readlink /proc/self/ns/net)" != "$(readlink /proc/self/ns/net)" ]
  expect "lo" once net3 -- ls /sys/class/net
}
check "run: --net-host" net_host

with_ns() {
  long first
  local net
  net=$(readlink "/proc/$(pid first)/ns/net")
  expect "$net" once second --with-ns "network:/proc/$(pid first)/ns/net" -- readlink /proc/self/ns/net
  remove first
}
check "run: --with-ns, the network namespace of another" with_ns

tty_() {
  expect "/dev/pts/0" terminal "$(line tty1 --tty) sh -c 'sleep 0.5; tty'"
  expect "24 80" terminal "$(line tty2 --tty) sh -c '$terminal_size'"
  expect_code 9 terminal "$(line tty3 --tty) sh -c 'sleep 0.5; exit 9'"
  terminal "$(line tty4 --tty) sh -c 'echo to-console >/dev/console'" | has to-console
}
check "run: --tty, its size, exit code and /dev/console" tty_

pid_file() {
  run pidfile --detach --pid-file "$work/pid" -- sleep 100
  expect "$(pid pidfile)" cat pid
  remove pidfile
}
check "run: --pid-file" pid_file

null_io() { expect "" once nullio --null-io -- echo unseen; }
check "run: --null-io" null_io

log_uri() {
  run loguri --detach --log-uri "file://$work/container.log" -- echo logged
  eventually 10 is loguri STOPPED
  eventually 5 grep -q logged container.log
  remove loguri
}
check "run: --log-uri" log_uri

runc_root() {
  run rooted --detach --runc-root "$work/runtime-root" -- sleep 100
  [ -d runtime-root/engines/rooted ]
  [ ! -e "$state/rooted" ]
  remove rooted
}
check "run: --runc-root" runc_root

limit_memory() {
  controller memory
  long mem --memory-limit 67108864
  cgroup_is "$(pid mem)" memory/memory.limit_in_bytes=67108864 memory.max=67108864
  remove mem
}
check "run: --memory-limit" limit_memory

limit_cpu() {
  controller cpu
  long cpu --cpu-quota 50000 --cpu-period 200000 --cpu-shares 512
  cgroup_is "$(pid cpu)" cpu/cpu.cfs_quota_us=50000 "cpu.max=50000 200000"
  cgroup_is "$(pid cpu)" cpu/cpu.shares=512 cpu.weight=20
  remove cpu
  long cpus --cpus 0.5
  cgroup_is "$(pid cpus)" cpu/cpu.cfs_quota_us=50000 "cpu.max=50000 100000"
  remove cpus
}
check "run: --cpus, --cpu-quota, --cpu-period, --cpu-shares" limit_cpu

limit_pids() {
  controller pids
  run_config pids '.linux.resources.pids.limit = 17 | .process.args = ["sleep", "100"]' --detach
  cgroup_is "$(pid pids)" pids/pids.max=17 pids.max=17
  expect_match "can't fork|[Rr]esource temporarily" execute pids sh -c 'for i in $(seq 30); do sleep 3 & done'
  remove pids
}
check "config: pids limit" limit_pids

limit_cpuset() {
  controller cpuset
  run_config cpuset '.linux.resources.cpu.cpus = "0" | .process.args = ["sleep", "100"]' --detach
  cgroup_is "$(pid cpuset)" cpuset/cpuset.cpus=0 cpuset.cpus=0
  expect "Cpus_allowed_list:	0" execute cpuset grep Cpus_allowed_list /proc/self/status
  remove cpuset
}
check "config: cpuset" limit_cpuset

unified_resources() {
  unified || skip "no cgroup v2 layout here"
  controller hugetlb
  run_config unified '.linux.resources.unified = {"cgroup.max.descendants": "5"} | .process.args = ["sleep", "100"]' --detach
  cgroup_is "$(pid unified)" - cgroup.max.descendants=5
  remove unified
}
check "config: unified resources" unified_resources

out_of_memory() {
  controller memory
  ctr events >events.out & local listener=$!
  sleep 0.3
  expect_code 9 once oom --memory-limit 20971520 -- sh -c 'tail /dev/zero || { sleep 1; exit 9; }'
  eventually 5 grep -q '/tasks/oom' events.out
  kill "$listener"
}
check "run: out of memory kills, and containerd hears of it" out_of_memory

metrics() {
  controller memory pids
  long metrics --memory-limit 67108864
  ctr tasks metrics metrics >out
  cat out
  grep -q "memory.*67108864\|memory.usage" out
  grep -q 'pids.current' out
  remove metrics
}
check "tasks metrics" metrics

cgroup_namespace() {
  [ -e /proc/self/ns/cgroup ] || skip "no cgroup namespaces here"
  run_config cgroupns '.linux.namespaces |= (map(select(.type != "cgroup")) + [{type: "cgroup"}]) |
    .mounts |= (map(select(.destination != "/sys/fs/cgroup")) +
      [{destination: "/sys/fs/cgroup", type: "cgroup", source: "cgroup", options: ["ro", "nosuid", "noexec", "nodev"]}]) |
    .process.args = ["sh", "-c", "cut -d: -f3 /proc/self/cgroup | sort -u; ls /sys/fs/cgroup | wc -l; d=/sys/fs/cgroup; [ -e $d/cgroup.procs ] || d=$d/memory; mkdir $d/x 2>/dev/null || echo read-only"]' --rm >out 2>&1
  cat out
  expect / head -n 1 out
  [ "$(sed -n 2p out)" -gt 2 ]
  grep -q read-only out
}
check "config: cgroup namespace and cgroup mount" cgroup_namespace
