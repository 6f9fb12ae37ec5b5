# shellcheck shell=bash
# buildah from, run, bud; without root, too.

output() {
  local c
  c=$(from)
  expect hello run "$c" -- echo hello
  run "$c" -- sh -c 'echo an error >&2' 2>out
  grep -qx "an error" out # runc may warn of capabilities there
  expect_code 1 run "$c" -- false
  expect_code 7 run "$c" -- sh -c 'exit 7'
  fails run "$c" -- /no/such/command
  fails run "$c" -- /etc/motd
  expect typed bash -c "echo typed | buildah run $c -- cat"
  expect 4194304 bash -c "buildah run $c -- head -c 4194304 /dev/zero | wc -c"
  buildah rm "$c" >/dev/null
}
check "run: output, exit code, input" output

tty_() {
  local c
  c=$(from)
  expect_match '/dev/pts/0$' terminal "buildah run --terminal $c -- tty"
  expect_match '24 80$' terminal "buildah run --tty $c -- sh -c '$terminal_size'"
  expect_code 9 terminal "buildah run -t $c -- sh -c 'exit 9'"
  buildah rm "$c" >/dev/null
}
check "run --terminal" tty_

options() {
  local c
  c=$(from)
  expect "1000 1000" run --user app "$c" -- sh -c 'echo $(id -u) $(id -g)'
  expect box run --hostname box "$c" -- hostname
  expect "v /tmp" run --env E=v --workingdir /tmp "$c" -- sh -c 'echo $E $(pwd)'
  local usual
  usual=$(run "$c" -- cat /proc/self/status | capabilities Eff)
  run --cap-drop CAP_CHOWN --cap-add CAP_SYS_TIME "$c" -- cat /proc/self/status >out
  expect "$(printf %x $((0x$usual & ~1 | 1 << 25)))" capabilities Eff <out
  mkdir -p data && echo content >data/file
  expect content run --volume "$work/data:/data:ro" "$c" -- cat /data/file
  fails run --volume "$work/data:/data:ro" "$c" -- touch /data/x
  expect content run --mount "type=bind,source=$work/data,destination=/mnt" "$c" -- cat /mnt/file
  run --mount type=tmpfs,destination=/scratch "$c" -- touch /scratch/x
  buildah rm "$c" >/dev/null
}
check "run: --user, --hostname, --env, --workingdir, --cap-add, --volume, --mount" options

isolation() {
  local c kind
  c=$(from)
  for kind in mnt pid ipc uts net; do
    [ "$(run "$c" -- readlink "/proc/self/ns/$kind")" != "$(readlink "/proc/self/ns/$kind")" ]
  done
  expect 2 run "$c" -- sed -n 's/^Seccomp:[[:space:]]*//p' /proc/self/status
  fails run "$c" -- mount -t tmpfs none /tmp
  fails run "$c" -- sh -c 'echo 9 >/proc/sys/kernel/pid_max'
  expect 1 run "$c" -- sh -c 'echo $$'
  expect "$(readlink /proc/self/ns/pid)" run --pid host "$c" -- readlink /proc/self/ns/pid
  expect "$(readlink /proc/self/ns/ipc)" run --ipc host "$c" -- readlink /proc/self/ns/ipc
  expect "$(readlink /proc/self/ns/uts)" run --uts host "$c" -- readlink /proc/self/ns/uts
  expect "$(readlink /proc/self/ns/net)" run --network host "$c" -- readlink /proc/self/ns/net
  buildah rm "$c" >/dev/null
}
check "run: namespaces, seccomp, masked paths" isolation

from_options() {
  local c
  c=$(from --shm-size 3m --ulimit nofile=100:200 --security-opt seccomp=unconfined --cap-drop all)
  expect 3072 run "$c" -- sh -c 'df -k /dev/shm | tail -n 1 | tr -s " " | cut -d" " -f2'
  expect "100 200" run "$c" -- sh -c 'echo $(ulimit -Sn) $(ulimit -Hn)'
  expect 0 run "$c" -- sed -n 's/^Seccomp:[[:space:]]*//p' /proc/self/status
  buildah rm "$c" >/dev/null
  c=$(from --security-opt no-new-privileges 2>/dev/null || from)
  run "$c" -- true
  buildah rm "$c" >/dev/null
}
check "from: --shm-size, --ulimit, --security-opt, --cap-drop" from_options

limits() {
  controller memory cpu cpuset
  local c
  c=$(from --memory 64m --memory-swap 64m --cpu-shares 512 --cpu-period 100000 --cpu-quota 50000 --cpuset-cpus 0)
  if unified; then
    expect "67108864 50000 100000 0" run "$c" -- sh -c 'cd /sys/fs/cgroup; echo $(cat memory.max cpu.max cpuset.cpus)'
  else
    expect "67108864 512 50000 0" run "$c" -- \
      sh -c 'cd /sys/fs/cgroup; echo $(cat memory/memory.limit_in_bytes cpu/cpu.shares cpu/cpu.cfs_quota_us cpuset/cpuset.cpus)'
  fi
  expect "Cpus_allowed_list:	0" run "$c" -- grep Cpus_allowed_list /proc/self/status
  buildah rm "$c" >/dev/null
}
check "from: limits" limits

user_namespace() {
  local c
  c=$(from --userns-uid-map 0:300000:4096 --userns-gid-map 0:300000:4096)
  expect "0 300000 4096" run "$c" -- sh -c 'echo $(cat /proc/self/uid_map)'
  expect "0 0" run "$c" -- sh -c 'echo $(id -u) $(id -g)'
  buildah rm "$c" >/dev/null
}
check "from: --userns-uid-map" user_namespace

whole() {
  local c
  c=$(from)
  echo payload >file
  buildah copy --quiet --chown 1000:1000 "$c" file /srv/ >/dev/null
  buildah add --quiet "$c" image.tar /srv/layers >/dev/null
  run "$c" -- sh -c 'echo made >/made; ls /srv/layers | grep -q oci-layout'
  buildah config --user app --env COLOUR=blue --workingdir /srv --cmd 'sh -c "echo \$(id -u) \$COLOUR \$(cat file)"' --label team=blue "$c"
  buildah commit --quiet "$c" localhost/whole:1 >/dev/null
  buildah rm "$c" >/dev/null
  c=$(buildah from --network none --cgroup-parent "$cgroup_parent/w" --ulimit nproc=4096:4096 localhost/whole:1)
  expect "1000 blue payload made" run "$c" -- sh -c 'echo $(id -u) $COLOUR $(cat file) $(cat /made)'
  expect 1000 stat -c %u "$(buildah mount "$c")/srv/file"
  buildah umount "$c" >/dev/null
  buildah rm "$c" >/dev/null
  buildah rmi localhost/whole:1 >/dev/null
}
check "from, copy, add, run, config, commit, mount" whole

dockerfile() {
  mkdir -p context
  echo payload >context/file
  cat >context/Dockerfile <<END
FROM $image AS first
ARG WHO=nobody
RUN echo "built for \$WHO by \$(id -u)" >/built
USER app
RUN id -u >/tmp/user
FROM $image
ENV KEY=value
WORKDIR /srv
COPY file .
COPY --from=first /built /tmp/user /srv/
RUN --mount=type=tmpfs,target=/scratch --mount=type=bind,source=file,target=/bound cp /bound /scratch/x && cat /scratch/x >copied
RUN test "\$(cat user) \$KEY \$(cat copied)" = "1000 value payload"
CMD ["cat", "/srv/built"]
END
  bud --build-arg WHO=me --tag localhost/built:1 context >/dev/null
  local c
  c=$(buildah from --network none --cgroup-parent "$cgroup_parent/d" --ulimit nproc=4096:4096 localhost/built:1)
  expect "built for me by 0" run "$c" -- cat /srv/built
  buildah rm "$c" >/dev/null
  buildah rmi localhost/built:1 >/dev/null
}
check "bud: a Dockerfile of two stages" dockerfile

layers() {
  mkdir -p context
  printf 'FROM %s\nRUN echo one >/one\nRUN echo two >/two\n' "$image" >context/Dockerfile
  bud --layers --tag localhost/layers:1 context >/dev/null
  expect "$(buildah inspect --format '{{.FromImageID}}' localhost/layers:1)" buildah inspect --format '{{.FromImageID}}' localhost/layers:1
  bud --layers --tag localhost/layers:2 context >/dev/null
  expect "$(buildah images --quiet --no-trunc localhost/layers:1)" buildah images --quiet --no-trunc localhost/layers:2
  buildah rmi --all --force >/dev/null 2>&1 || true
  buildah pull --quiet "docker-archive:$work/image.tar" >/dev/null
}
check "bud --layers: the second build comes from the cache" layers

failing_step() {
  mkdir -p context
  printf 'FROM %s\nRUN exit 3\n' "$image" >context/Dockerfile
  expect_code 3 bud context
  printf 'FROM %s\nRUN ["/no/such/command"]\n' "$image" >context/Dockerfile
  fails bud context
}
check "bud: a failing RUN gives its exit code" failing_step

secret() {
  mkdir -p context
  echo -n hidden >key
  printf 'FROM %s\nRUN --mount=type=secret,id=key test "$(cat /run/secrets/key)" = hidden\nRUN test ! -s /run/secrets/key\n' "$image" >context/Dockerfile
  bud --secret "id=key,src=$work/key" context >/dev/null
}
check "bud: RUN --mount=type=secret" secret

parallel() {
  local i all=()
  for i in $(seq 6); do
    ( c=$(from --name "many$i"); run "$c" -- echo "number $i" >"many$i.out"; buildah rm "$c" >/dev/null ) & all+=($!)
  done
  for i in "${all[@]}"; do wait "$i"; done
  for i in $(seq 6); do expect "number $i" cat "many$i.out"; done
}
check "run: six containers at once" parallel

rootless_run() {
  rootless_possible
  cat log/rootless
  local c
  c=$(rootless from --network none "$image")
  expect "hello 0" rootless run "$c" -- sh -c 'echo hello $(id -u)'
  expect 1000 rootless run --user app "$c" -- id -u
  expect_code 7 rootless run "$c" -- sh -c 'exit 7'
  rootless run "$c" -- sh -c 'echo made >/made; chown app /made'
  rootless commit --quiet "$c" localhost/mine:1 >/dev/null
  rootless rm "$c" >/dev/null
}
check "rootless: from, run, commit" rootless_run

rootless_bud() {
  rootless_possible
  mkdir -p context
  printf 'FROM %s\nRUN echo built >/built && chown app /built\nUSER app\nRUN test "$(id -u)" = 1000 && echo more >>/built\n' "$image" >context/Dockerfile
  chmod 755 context
  rootless bud --network none --quiet --tag localhost/built:1 "$work/context" >/dev/null
  rootless images --format '{{.Name}}' | has built
}
check "rootless: bud" rootless_bud
