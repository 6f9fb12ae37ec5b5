# shellcheck shell=bash
# podman run: what a container sees.

output() {
  expect hello once "$image" echo hello
  once "$image" sh -c 'echo an error >&2' 2>out
  expect "an error" cat out
  expect_code 1 once "$image" false
  expect_code 7 once "$image" sh -c 'exit 7'
  expect_code 137 once "$image" sh -c 'sh -c "kill -KILL \$\$"; exit $?'
  [ "$(inspect "$(run --detach "$image" true)" '{{.OCIRuntime}}')" = "$runtime" ]
  tidy
}
check "run: output and exit code" output

failures() {
  expect_code 125 once --no-such-option "$image" true
  expect_code 126 once "$image" /etc/motd
  expect_code 127 once "$image" /no/such/command
  expect_code 127 once "$image" no-such-command
  expect "" podman ps --all --quiet
}
check "run: 125, 126, 127" failures

stdin() { expect 4194304 bash -c "head -c 4194304 /dev/zero | podman run --cgroup-parent $cgroup_parent --network none --rm -i $image wc -c"; }
check "run -i: 4 MiB of input" stdin

tty_() {
  local run="podman run --cgroup-parent $cgroup_parent --network none --rm -it $image"
  expect /dev/pts/0 terminal "$run tty"
  expect "24 80" terminal "$run sh -c '$terminal_size'"
  expect_code 9 terminal "$run sh -c 'exit 9'"
  terminal "$run sh" 'echo $((40 + 2)) typed\nexit 5\n' >out || [ $? = 5 ]
  grep -q '^42 typed' out
  terminal "$run sh -c 'echo x >/dev/console; ls -l /dev/console'" | has '^x'
}
check "run -it: tty, its size, typing, exit code, /dev/console" tty_

environment() {
  expect "one two" once --env A=one -e B=two "$image" sh -c 'echo $A $B'
  expect /usr/bin once --workdir /usr/bin "$image" pwd
  expect box once --hostname box "$image" hostname
  expect 0077 once --umask 0077 "$image" sh -c umask
  expect podman once "$image" sh -c 'echo $container'
}
check "run: --env, --workdir, --hostname, --umask" environment

user() {
  expect "1000 1000 1000 2000" once --user app "$image" sh -c 'echo $(id -u) $(id -g) $(id -G)'
  expect "1000 10 10" once --user 1000:10 "$image" sh -c 'echo $(id -u) $(id -g) $(id -G)'
  expect "0 10 2000" once --group-add 10 --group-add extra "$image" sh -c 'id -G | tr " " "\n" | sort -n | tr "\n" " " | sed "s/ $//"'
  expect "7000" once --user 7000 "$image" id -u
}
check "run: --user, --group-add" user

read_only() {
  fails once --read-only "$image" touch /x
  once --read-only "$image" touch /tmp/x
  fails once --read-only --read-only-tmpfs=false "$image" touch /tmp/x
  once --read-only --tmpfs /scratch:size=1m,mode=700 "$image" touch /scratch/x
}
check "run: --read-only, --tmpfs" read_only

volumes() {
  mkdir -p data && echo content >data/file && chmod 777 data
  expect content once -v "$work/data:/data:ro" "$image" cat /data/file
  fails once -v "$work/data:/data:ro" "$image" touch /data/x
  once -v "$work/data:/made/up" "$image" touch /made/up/new && [ -e data/new ]
  expect content once -v "$work/data/file:/etc/file" "$image" cat /etc/file
  once -v "$work/data:/data:O" "$image" touch /data/overlaid && [ ! -e data/overlaid ]
  podman volume create store >/dev/null
  once -v store:/store "$image" sh -c 'echo kept >/store/file'
  expect kept once --mount type=volume,source=store,destination=/store "$image" cat /store/file
  podman volume rm store
  expect 2048 once --mount type=tmpfs,destination=/t,tmpfs-size=2m "$image" sh -c 'df -k /t | tail -n 1 | tr -s " " | cut -d" " -f2'
  fails once --mount "type=bind,source=$work/data,destination=/data,ro" "$image" touch /data/y
}
check "run: --volume, --mount" volumes

propagation() {
  mkdir -p shared; mount -t tmpfs tmpfs shared; mount --make-rshared shared; mkdir shared/sub
  start prop -v "$work/shared:/shared:rslave"
  mount -t tmpfs tmpfs shared/sub; touch shared/sub/seen
  expect seen podman exec prop ls /shared/sub
  remove prop
  umount -R shared
}
check "run: --volume with rslave" propagation

devices() {
  [ -c /dev/fuse ] || skip "no /dev/fuse here to try with"
  mknod device c 10 229
  once --device "$work/device:/dev/own:r" "$image" sh -c ': </dev/own'
  fails once --cap-add MKNOD "$image" sh -c 'mknod /tmp/fuse c 10 229 && : </tmp/fuse'
  fails once --device "$work/device:/dev/own:r" "$image" sh -c ': >>/dev/own'
  once --cap-add MKNOD --device-cgroup-rule 'c 10:229 rwm' "$image" sh -c 'mknod /tmp/fuse c 10 229 && : </tmp/fuse'
}
check "run: --device, --device-cgroup-rule" devices

capabilities_() {
  expect 0 bash -c "podman run --cgroup-parent $cgroup_parent --network none --rm --cap-drop all $image cat /proc/self/status | sed -n 's/^CapBnd:[[:space:]]*//p' | sed 's/^0*//; s/^$/0/'"
  once --cap-drop all --cap-add chown,sys_time "$image" cat /proc/self/status >out
  expect 2000001 capabilities Eff <out
  once --user app --cap-add chown "$image" cat /proc/self/status >out
  expect 1 capabilities Amb <out
  once --privileged "$image" cat /proc/self/status >out
  expect "$(capabilities Bnd </proc/self/status)" capabilities Bnd <out
  once --privileged "$image" sh -c 'mount -t tmpfs none /tmp'
  fails once "$image" sh -c 'mount -t tmpfs none /tmp'
}
check "run: --cap-add, --cap-drop, --privileged" capabilities_

security() {
  expect "NoNewPrivs:	1" once --security-opt no-new-privileges "$image" grep NoNewPrivs /proc/self/status
  expect "Seccomp:	2" once "$image" grep Seccomp: /proc/self/status
  expect "Seccomp:	0" once --security-opt seccomp=unconfined "$image" grep Seccomp: /proc/self/status
  jq -n '{defaultAction: "SCMP_ACT_ALLOW", syscalls: [{names: ["mkdir", "mkdirat"], action: "SCMP_ACT_ERRNO", errnoRet: 28}]}' >seccomp.json
  expect_match 'No space left' once --security-opt "seccomp=$work/seccomp.json" "$image" mkdir /tmp/x
  expect "" once --security-opt mask=/etc/motd "$image" cat /etc/motd
  fails once "$image" sh -c 'echo 9 >/proc/sys/kernel/pid_max'
}
check "run: --security-opt" security

ulimits() {
  expect "100 200" once --ulimit nofile=100:200 --ulimit nproc=4096:4096 "$image" sh -c 'echo $(ulimit -Sn) $(ulimit -Hn)'
  expect 1 once --sysctl net.ipv4.ip_forward=1 "$image" cat /proc/sys/net/ipv4/ip_forward
  expect 77 once --oom-score-adj 77 "$image" cat /proc/self/oom_score_adj
  expect 3072 once --shm-size 3m "$image" sh -c 'df -k /dev/shm | tail -n 1 | tr -s " " | cut -d" " -f2'
}
check "run: --ulimit, --sysctl, --oom-score-adj, --shm-size" ulimits
