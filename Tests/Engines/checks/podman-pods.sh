# shellcheck shell=bash
# podman: pods.

# This podman denies all devices in the cgroup of a pod under cgroup v2 without systemd, to any runtime.
pod_devices() {
  unified || return 0
  podman pod create --name probe --network none --cgroup-parent "$cgroup_parent" >/dev/null
  local cgroup
  cgroup=/sys/fs/cgroup$(podman pod inspect --format '{{.CgroupPath}}' probe)
  if [ -d "$cgroup" ] && ! sh -c "echo \$\$ >$cgroup/cgroup.procs; : </dev/null" 2>/dev/null; then
    podman pod rm --force --time 0 probe >/dev/null
    skip "podman lets a pod use no device here"
  fi
  podman pod rm --force --time 0 probe >/dev/null
}

pod() {
  pod_devices
  podman pod create --name pod --network none --cgroup-parent "$cgroup_parent" --share net,ipc,uts,pid >/dev/null
  podman run --detach --pod pod --name left "$image" sh -c "$until_term" >/dev/null
  podman run --detach --pod pod --name right "$image" sh -c "$until_term" >/dev/null
  local kind
  for kind in net ipc uts pid; do
    [ "$(readlink "/proc/$(pid left)/ns/$kind")" = "$(readlink "/proc/$(pid right)/ns/$kind")" ]
  done
  [ "$(readlink "/proc/$(pid left)/ns/mnt")" != "$(readlink "/proc/$(pid right)/ns/mnt")" ]
  expect heard bash -c 'podman exec -d left sh -c "echo heard | nc -l -p 99" >/dev/null; sleep 0.5; podman exec right nc 127.0.0.1 99 </dev/null'
  podman pod pause pod >/dev/null
  is left paused
  podman pod unpause pod >/dev/null
  podman pod top pod | has sleep
  podman pod stop --time 5 pod >/dev/null
  expect 43 inspect left '{{.State.ExitCode}}'
  podman pod start pod >/dev/null
  is right running
  podman pod kill pod >/dev/null
  podman pod rm --force --time 0 pod >/dev/null
  expect "" podman ps --all --quiet
}
check "pod: create, share, pause, stop, start, kill, rm" pod

pod_limits() {
  controller memory cpu
  pod_devices
  podman pod create --name small --network none --cgroup-parent "$cgroup_parent" --memory 64m --cpus 0.5 >/dev/null
  podman run --detach --pod small --name member --memory 32m "$image" sh -c "$until_term" >/dev/null
  cgroup_is "$(pid member)" memory/memory.limit_in_bytes=33554432 memory.max=33554432
  podman pod rm --force --time 0 small >/dev/null
}
check "pod: limits" pod_limits

pod_user_namespace() {
  pod_devices
  podman pod create --name mapped --network none --cgroup-parent "$cgroup_parent" --uidmap 0:300000:4096 --gidmap 0:300000:4096 >/dev/null
  expect "0 300000 4096" podman run --rm --pod mapped "$image" sh -c 'tr -s " " </proc/self/uid_map | sed "s/^ //"'
  podman pod rm --force --time 0 mapped >/dev/null
}
check "pod: a user namespace" pod_user_namespace

kube() {
  pod_devices
  cat >pod.yaml <<END
apiVersion: v1
kind: Pod
metadata: {name: kube, labels: {app: kube}}
spec:
  hostNetwork: true
  restartPolicy: Never
  volumes: [{name: scratch, emptyDir: {}}, {name: host, hostPath: {path: $work/data, type: Directory}}]
  initContainers:
  - {name: before, image: "$image", imagePullPolicy: Never, command: [sh, -c, "echo first >/scratch/file"], volumeMounts: [{name: scratch, mountPath: /scratch}]}
  containers:
  - name: main
    image: "$image"
    imagePullPolicy: Never
    command: [sh, -c, 'trap "exit 0" TERM; while :; do sleep 0.1; done']
    env: [{name: COLOUR, value: blue}]
    workingDir: /tmp
    securityContext: {runAsUser: 1000, readOnlyRootFilesystem: true, allowPrivilegeEscalation: false, capabilities: {drop: [ALL], add: [NET_BIND_SERVICE]}}
    resources: {limits: {memory: 64Mi, cpu: 500m}}
    volumeMounts: [{name: scratch, mountPath: /scratch}, {name: host, mountPath: /host, readOnly: true}]
END
  mkdir -p data
  has_controller memory && has_controller cpu || sed -i '/resources:/d' pod.yaml
  podman play kube pod.yaml >/dev/null
  own_cgroup "$(podman pod inspect --format '{{.CgroupPath}}' kube)" # podman forgets it in the hierarchies without controllers
  expect "1000 blue /tmp first" podman exec kube-main sh -c 'echo $(id -u) $COLOUR $(pwd) $(cat /scratch/file)'
  fails podman exec kube-main touch /host/x
  fails podman exec kube-main touch /home/app/x
  expect "NoNewPrivs:	1" podman exec kube-main grep NoNewPrivs /proc/self/status
  podman generate kube kube | has 'kind: Pod'
  podman play kube --down pod.yaml >/dev/null
  expect "" podman ps --all --quiet
}
check "play kube, generate kube, down" kube
