# shellcheck shell=bash
# docker: what it alone has, or has in its own words: health, events, images, networks, checkpoints, daemons.

health() {
  start health --health-cmd 'test -e /tmp/well' --health-interval 1s --health-timeout 2s --health-retries 1
  eventually 15 bash -c '[ "$(docker inspect -f "{{.State.Health.Status}}" health)" = unhealthy ]'
  docker exec health touch /tmp/well
  eventually 15 bash -c '[ "$(docker inspect -f "{{.State.Health.Status}}" health)" = healthy ]'
  remove health
}
check "run: --health-cmd" health

events() {
  docker events >events.out & local listener=$!
  sleep 0.5
  start evented
  docker exec evented true
  docker pause evented >/dev/null
  docker unpause evented >/dev/null
  docker kill evented >/dev/null
  remove evented
  eventually 5 grep -q 'container destroy' events.out
  kill "$listener"
  local what
  for what in create start exec_start exec_die pause unpause kill die destroy; do
    grep -q "container $what" events.out || { cat events.out; echo "no $what"; return 1; }
  done
}
check "events" events

build() {
  mkdir -p context
  echo payload >context/file
  printf 'FROM %s\nARG WHO=nobody\nENV KEY=value\nWORKDIR /srv\nCOPY file .\nRUN echo "built for $WHO by $(id -u)" >/built && mkdir /made && chown app /made\nUSER app\nRUN id -u >/made/user\nCMD ["cat", "/built"]\n' "$image" >context/Dockerfile
  docker build --network none --build-arg WHO=me --tag built:1 context >build.log
  expect "built for me by 0" once built:1
  expect "1000 value payload" once built:1 sh -c 'echo $(cat /made/user) $KEY $(cat file)'
  printf 'FROM %s\nRUN exit 3\n' "$image" >context/Dockerfile
  expect_match 'returned a non-zero code: 3' docker build --network none context
  docker rmi built:1 >/dev/null
  tidy
}
check "build, the classic builder" build

bridge() {
  [ "$tables" = true ] || skip "no bridges or no iptables here"
  docker network create --internal inner >/dev/null
  docker run --detach --name web --network inner "$image" sh -c 'echo served >/tmp/index.html; exec httpd -f -h /tmp' >/dev/null
  eventually 10 expect served docker run --rm --network inner "$image" wget -qO- http://web/
  docker network disconnect inner web
  remove web
  docker network rm inner >/dev/null
  docker run --detach --name web -p 127.0.0.1:8080:80 "$image" sh -c 'echo served >/tmp/index.html; exec httpd -f -h /tmp' >/dev/null
  eventually 10 expect served busybox wget -qO- http://127.0.0.1:8080/
  remove web
}
check "networks: a bridge, names, a published port" bridge

compose() {
  command -v docker-compose >/dev/null || skip "no docker-compose here (Debian package docker-compose)"
  mkdir -p project
  cat >project/docker-compose.yml <<END
version: "2.4"
services:
  one: {image: "$image", network_mode: none, command: ["sh", "-c", '${until_term//\$/\$\$}'], environment: {COLOUR: blue}, read_only: true, tmpfs: [/tmp], mem_limit: 64m, init: true}
  two: {image: "$image", network_mode: none, command: ["sleep", "1000"], depends_on: [one], user: app, cap_drop: [ALL], volumes: ["store:/store"]}
volumes: {store: {}}
END
  has_controller memory || sed -i 's/ mem_limit: 64m,//' project/docker-compose.yml
  timeout 100 docker-compose --file project/docker-compose.yml up -d --scale two=2
  expect blue timeout 60 docker-compose --file project/docker-compose.yml exec -T one sh -c 'echo $COLOUR'
  expect 1000 timeout 60 docker-compose --file project/docker-compose.yml exec -T --index 2 two id -u
  timeout 100 docker-compose --file project/docker-compose.yml down --volumes --timeout 2
  expect "" docker ps --all --quiet
}
check "docker-compose: up, scale, exec, down" compose

count() { docker exec saved cat /tmp/count; }
has_counted() { [ "$(count)" -gt "$1" ]; }
checkpoint() {
  local before
  checkpoints
  run --detach --name saved "$image" sh -c "$counting" >/dev/null
  eventually 20 has_counted 4
  before=$(count)
  docker checkpoint create --leave-running saved running >/dev/null
  eventually 20 has_counted "$before"
  before=$(count)
  docker checkpoint create saved ended >/dev/null
  eventually 20 is saved exited
  docker checkpoint ls saved | has '^ended'
  # dockerd now and then meets what it stored a moment ago (https://github.com/moby/moby/issues/42900).
  eventually 20 docker start --checkpoint ended saved
  eventually 20 has_counted "$before"
  docker stop --time 0 saved >/dev/null
  docker checkpoint rm saved running
  remove saved
}
check "checkpoint create, --leave-running, ls, rm; start --checkpoint" checkpoint

restart() {
  start survivor
  kill -KILL "${daemons[-1]}"
  eventually 5 gone "${daemons[-1]}"
  rm -f "$state/docker.pid"
  docker_up docker
  trap 'kill "${daemons[-1]}"; eventually 20 gone "${daemons[-1]}"' EXIT
  is survivor running
  expect alive docker exec survivor echo alive
  docker stop survivor >/dev/null
  expect 43 inspect survivor '{{.State.ExitCode}}'
  remove survivor
}
check "a container outlives dockerd (live-restore)" restart
if gone "${daemons[0]}"; then daemons=(); docker_up docker; fi

remap() {
  configuration remap '.bridge = "none" | .iptables = false | ."userns-remap" = "dockremap"'
  docker_up remap
  trap 'kill "${daemons[-1]}"; eventually 20 gone "${daemons[-1]}"' EXIT
  export DOCKER_HOST="unix://$state/remap.sock"
  docker load --quiet --input image.tar >/dev/null
  expect "0 400000 65536" once "$image" sh -c 'echo $(cat /proc/self/uid_map)'
  expect 0 once "$image" stat -c %u /etc/motd
  start mapped
  expect 400000 stat -c %u "/proc/$(pid mapped)"
  expect "inside 1000" docker exec --user app mapped sh -c 'echo inside $(id -u)'
  expect "24 80" terminal "docker exec -it mapped sh -c '$terminal_size'"
  docker pause mapped >/dev/null
  docker unpause mapped >/dev/null
  remove mapped
  fails once --privileged "$image" true
  expect "$(readlink /proc/self/ns/user)" once --userns host "$image" readlink /proc/self/ns/user
  expect "1 1" once --sysctl net.ipv4.ip_forward=1 --read-only --tmpfs /tmp "$image" sh -c 'touch /tmp/x; echo $(cat /proc/sys/net/ipv4/ip_forward) $(ls /tmp | wc -l)'
  tidy
}
check "a daemon with userns-remap" remap
