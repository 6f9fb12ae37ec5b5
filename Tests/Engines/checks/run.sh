# shellcheck shell=bash
# docker run, podman run: what a container sees. `of ENGINE` stands before what only one of them has.

output() {
  expect hello once "$image" echo hello
  once "$image" sh -c 'echo an error >&2' 2>out
  expect "an error" cat out
  expect_code 0 once "$image" true
  expect_code 1 once "$image" false
  expect_code 7 once "$image" sh -c 'exit 7'
  expect_code 137 once "$image" sh -c 'sh -c "kill -KILL \$\$"; exit $?'
  of docker expect tested docker info --format '{{.DefaultRuntime}}'
  of podman expect "$runtime" inspect "$(run --detach "$image" true)" '{{.OCIRuntime}}'
  tidy
}
check "run: output and exit code" output

failures() {
  expect_code 125 once --no-such-option "$image" true
  of docker expect_code 125 once --runtime no-such-runtime "$image" true
  expect_code 126 once "$image" /etc/motd
  fails once "$image" /etc
  expect_code 127 once "$image" /no/such/command
  expect_code 127 once "$image" no-such-command
  fails once --workdir /etc/motd "$image" true
  eventually 10 expect "" "$engine" ps --all --quiet
}
check "run: 125, 126, 127" failures

stdin() { expect 4194304 bash -c "head -c 4194304 /dev/zero | $run_line --rm -i $image wc -c"; }
check "run -i: 4 MiB of input" stdin

tty_() {
  local run="$run_line --rm -it $image"
  expect /dev/pts/0 terminal "$run tty"
  expect "24 80" terminal "$run sh -c '$terminal_size'"
  expect_code 9 terminal "$run sh -c 'exit 9'"
  terminal "$run sh" 'echo $((40 + 2)) typed\nexit 5\n' >out || [ $? = 5 ]
  grep -q '^42 typed' out
  terminal "$run sh -c 'echo x >/dev/console'" | has '^x'
}
check "run -it: tty, its size, typing, exit code, /dev/console" tty_

resize() { expect $'ready\n24 100' terminal "resized & $run_line --rm -it $image sh -c '$new_terminal_size'"; }
check "run -it: the terminal changes its size" resize

environment() {
  expect "one two" once --env A=one -e B=two "$image" sh -c 'echo $A $B'
  expect /usr/bin once --workdir /usr/bin "$image" pwd
  of docker expect /made/up once --workdir /made/up "$image" pwd
  expect box once --hostname box "$image" hostname
  expect entry once --entrypoint echo "$image" entry
  of docker expect dom once --domainname dom "$image" cat /proc/sys/kernel/domainname
  of podman expect 0077 once --umask 0077 "$image" sh -c umask
  of podman expect podman once "$image" sh -c 'echo $container'
}
check "run: --env, --workdir, --hostname, --entrypoint, --domainname, --umask" environment

user() {
  expect "1000 1000 1000 2000" once --user app "$image" sh -c 'echo $(id -u) $(id -g) $(id -G)'
  expect "1000 10 10" once --user 1000:10 "$image" sh -c 'echo $(id -u) $(id -g) $(id -G)'
  expect "0 10 2000" once --group-add 10 --group-add extra "$image" sh -c 'id -G | tr " " "\n" | sort -n | tr "\n" " " | sed "s/ $//"'
  expect 7000 once --user 7000 "$image" id -u
  fails once --user nosuchuser "$image" true
}
check "run: --user, --group-add" user

read_only() {
  fails once --read-only "$image" touch /x
  of podman once --read-only "$image" touch /tmp/x
  of podman fails once --read-only --read-only-tmpfs=false "$image" touch /tmp/x
  once --read-only --tmpfs /scratch:size=1m,mode=700 "$image" touch /scratch/x
  expect 1024 once --tmpfs /scratch:size=1m "$image" sh -c 'df -k /scratch | tail -n 1 | tr -s " " | cut -d" " -f2'
  fails once --tmpfs /scratch:noexec "$image" sh -c 'cp /bin/busybox /scratch/sh && /scratch/sh true'
}
check "run: --read-only, --tmpfs" read_only

volumes() {
  mkdir -p data && echo content >data/file && chmod 777 data
  expect content once -v "$work/data:/data:ro" "$image" cat /data/file
  fails once -v "$work/data:/data:ro" "$image" touch /data/x
  once -v "$work/data:/made/up" "$image" touch /made/up/new && [ -e data/new ]
  expect content once -v "$work/data/file:/etc/file" "$image" cat /etc/file
  of podman once -v "$work/data:/data:O" "$image" touch /data/overlaid && [ ! -e data/overlaid ]
  of podman podman volume create store >/dev/null
  once -v store:/store "$image" sh -c 'echo kept >/store/file'
  expect kept once --mount type=volume,source=store,destination=/store "$image" cat /store/file
  "$engine" volume rm store >/dev/null
  fails once --mount "type=bind,source=$work/data,destination=/data,readonly" "$image" touch /data/y
  expect 2048 once --mount type=tmpfs,destination=/t,tmpfs-size=2m "$image" sh -c 'df -k /t | tail -n 1 | tr -s " " | cut -d" " -f2'
  start giver -v /given
  "$engine" exec giver sh -c 'echo gift >/given/file'
  expect gift once --volumes-from giver "$image" cat /given/file
  remove giver
}
check "run: --volume, --mount, --volumes-from" volumes

propagation() {
  mkdir -p shared; mount -t tmpfs tmpfs shared; mount --make-rshared shared; mkdir shared/sub shared/back
  local option
  for option in "--mount=type=bind,source=$work/shared,destination=/shared,bind-propagation=rslave" "--volume=$work/shared:/shared:rslave"; do
    start prop "$option"
    mount -t tmpfs tmpfs shared/sub; touch shared/sub/seen
    expect seen "$engine" exec prop ls /shared/sub
    umount shared/sub
    remove prop
  done
  start prop --cap-add sys_admin --security-opt apparmor=unconfined --mount "type=bind,source=$work/shared,destination=/shared,bind-propagation=rshared"
  "$engine" exec prop sh -c 'mount -t tmpfs tmpfs /shared/back && touch /shared/back/up'
  expect up ls shared/back
  remove prop
  umount -R shared
}
check "run: --mount and --volume with rslave, rshared" propagation

devices() {
  [ -c /dev/fuse ] || skip "no /dev/fuse here to try with"
  mknod device c 10 229
  once --device "$work/device:/dev/own:r" "$image" sh -c ': </dev/own'
  fails once --device "$work/device:/dev/own:r" "$image" sh -c ': >>/dev/own'
  fails once --cap-add MKNOD "$image" sh -c 'mknod /tmp/fuse c 10 229 && : </tmp/fuse'
  once --cap-add MKNOD --device-cgroup-rule 'c 10:229 rwm' "$image" sh -c 'mknod /tmp/fuse c 10 229 && : </tmp/fuse'
}
check "run: --device, --device-cgroup-rule" devices
