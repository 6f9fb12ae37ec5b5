# shellcheck shell=bash
# podman: files, images, networks.

files() {
  start files
  echo copied >data.txt
  podman cp data.txt files:/tmp/data.txt
  expect copied podman exec files cat /tmp/data.txt
  podman cp files:/tmp/data.txt back.txt
  expect copied cat back.txt
  podman diff files | has 'A /tmp/data.txt'
  podman commit --quiet files localhost/committed:1 >/dev/null
  expect copied once localhost/committed:1 cat /tmp/data.txt
  remove files
  podman rmi localhost/committed:1 >/dev/null
}
check "cp, diff, commit" files

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
