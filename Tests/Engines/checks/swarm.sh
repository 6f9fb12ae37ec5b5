# shellcheck shell=bash
# docker service, secret, config, stack, node.

replicated() {
  service web --replicas 3 --env COLOUR=blue -- sh -c "$until_term"
  expect 3/3 replicas web
  running web 3
  expect blue everywhere web sh -c 'echo $COLOUR'
  local id
  for id in $(containers web); do
    expect tested docker inspect --format '{{.HostConfig.Runtime}}' "$id" || expect "" docker inspect --format '{{.HostConfig.Runtime}}' "$id"
  done
  docker service rm web >/dev/null
  eventually 30 none
}
check "service create: three replicas" replicated

scale() {
  service web --replicas 1 -- sh -c "$until_term"
  docker service scale web=8 >/dev/null
  expect 8/8 replicas web
  running web 8
  docker service scale web=2 >/dev/null
  eventually 30 running web 2
  docker service scale web=0 >/dev/null
  eventually 30 running web 0
  docker service rm web >/dev/null
  eventually 30 none
}
check "service scale: 1, 8, 2, 0" scale

update() {
  service web --replicas 4 --update-parallelism 1 --update-delay 0s --update-order start-first --env RELEASE=1 -- sh -c "$until_term"
  docker service update --env-add RELEASE=2 web >/dev/null
  eventually 60 expect 2 everywhere web sh -c 'echo $RELEASE'
  expect completed docker service inspect --format '{{.UpdateStatus.State}}' web
  running web 4
  docker service rollback web >/dev/null
  eventually 60 expect 1 everywhere web sh -c 'echo $RELEASE'
  expect rollback_completed docker service inspect --format '{{.UpdateStatus.State}}' web
  docker service rm web >/dev/null
  eventually 30 none
}
check "service update, rollback: one after the other" update

failed_update() {
  service web --replicas 2 --update-parallelism 1 --update-failure-action rollback --update-monitor 2s --update-max-failure-ratio 0 -- sh -c "$until_term"
  docker service update --args "/no/such/command" --restart-max-attempts 1 web >update.log 2>&1 || true
  eventually 60 bash -c '[ "$(docker service inspect --format "{{.UpdateStatus.State}}" web)" = rollback_completed ]'
  eventually 30 running web 2
  expect ok everywhere web echo ok
  docker service rm web >/dev/null
  eventually 30 none
}
check "service update: a release that does not start is rolled back" failed_update

repair() {
  service web --replicas 3 -- sh -c "$until_term"
  local victim
  victim=$(containers web | head -n 1)
  kill -KILL "$(docker inspect --format '{{.State.Pid}}' "$victim")"
  eventually 30 bash -c "[ \"\$(docker ps --quiet --filter label=com.docker.swarm.service.name=web | grep -vc $victim)\" = 3 ]"
  docker kill "$(containers web | head -n 1)" >/dev/null
  eventually 30 running web 3
  docker service ps web --format '{{.CurrentState}}' | has '^Failed'
  docker service rm web >/dev/null
  eventually 30 none
}
check "a killed task is replaced" repair

health() {
  service web --replicas 2 --health-cmd 'test ! -e /tmp/ill' --health-interval 1s --health-retries 1 --health-timeout 5s -- sh -c "$until_term"
  local victim
  victim=$(containers web | head -n 1)
  expect healthy docker inspect --format '{{.State.Health.Status}}' "$victim"
  docker exec "$victim" touch /tmp/ill
  eventually 30 bash -c "! docker ps --quiet | grep -q $victim"
  eventually 30 running web 2
  docker service rm web >/dev/null
  eventually 30 none
}
check "an unhealthy task is replaced" health

secrets() {
  echo -n hidden | docker secret create key - >/dev/null
  echo -n settings | docker config create conf - >/dev/null
  service web --replicas 2 --user app --secret source=key,target=key,uid=1000,mode=0400 --config source=conf,target=/etc/conf -- sh -c "$until_term"
  expect "hidden settings 400" everywhere web sh -c 'echo $(cat /run/secrets/key) $(cat /etc/conf) $(stat -c %a /run/secrets/key)'
  local id
  id=$(containers web | head -n 1)
  docker exec "$id" grep -q '/run/secrets.* tmpfs' /proc/mounts
  docker service rm web >/dev/null
  eventually 30 none
  docker secret rm key >/dev/null
  docker config rm conf >/dev/null
}
check "secrets and configs" secrets

limits() {
  controller memory cpu pids
  service web --replicas 2 --limit-memory 64m --limit-cpu 0.5 --limit-pids 50 -- sh -c "$until_term"
  local id
  id=$(docker inspect --format '{{.State.Pid}}' "$(containers web | head -n 1)")
  cgroup_is "$id" memory/memory.limit_in_bytes=67108864 memory.max=67108864
  cgroup_is "$id" cpu/cpu.cfs_quota_us=50000 "cpu.max=50000 100000"
  cgroup_is "$id" pids/pids.max=50 pids.max=50
  docker service update --limit-memory 96m web >/dev/null
  eventually 30 running web 2
  id=$(docker inspect --format '{{.State.Pid}}' "$(containers web | head -n 1)")
  cgroup_is "$id" memory/memory.limit_in_bytes=100663296 memory.max=100663296
  docker service rm web >/dev/null
  eventually 30 none
}
check "service create, update: limits" limits

options() {
  mkdir -p data && echo content >data/file
  service web --workdir /tmp --read-only --init --cap-drop CAP_CHOWN \
    --mount "type=bind,source=$work/data,destination=/data,readonly" --mount type=tmpfs,destination=/scratch --stop-signal TERM -- sh -c "$until_term"
  expect "content /tmp" everywhere web sh -c 'echo $(cat /data/file) $(pwd); touch /scratch/x'
  fails docker exec "$(containers web)" touch /x
  docker service rm web >/dev/null
  eventually 30 none
}
check "service create: mounts, --read-only, --init, --cap-drop, --workdir" options

logs() {
  service talker --replicas 2 -- sh -c "echo said; $until_term"
  eventually 10 bash -c '[ "$(timeout 5 docker service logs talker 2>&1 | grep -c said)" = 2 ]'
  docker service rm talker >/dev/null
  eventually 30 none
}
check "service logs" logs

job() {
  monitor=() # jobs have no updates
  service job --mode replicated-job --replicas 3 --max-concurrent 2 --restart-condition none -- sh -c 'echo worked'
  eventually 30 bash -c '[ "$(docker service ps job --format "{{.CurrentState}}" | grep -c ^Complete)" = 3 ]'
  docker service rm job >/dev/null
  docker container prune --force >/dev/null # dockerd keeps what has completed
  eventually 30 none
}
check "service create: a job of three" job

global() {
  service each --mode global -- sh -c "$until_term"
  running each 1
  docker node update --availability drain "$(docker node ls --quiet)" >/dev/null
  eventually 30 running each 0
  docker node update --availability active "$(docker node ls --quiet)" >/dev/null
  eventually 30 running each 1
  docker service rm each >/dev/null
  eventually 30 none
}
check "service create --mode global; drain the node" global

stack() {
  cat >stack.yml <<END
version: "3.8"
networks: {outside: {external: true, name: host}}
services:
  one: {image: "$image", command: ["sh", "-c", '${until_term//\$/\$\$}'], networks: [outside], deploy: {replicas: 2}, environment: {COLOUR: red}}
  two: {image: "$image", command: ["sleep", "1000"], networks: [outside], user: app}
END
  docker stack deploy --resolve-image never --compose-file stack.yml set >/dev/null
  eventually 60 running set_one 2
  eventually 60 running set_two 1
  expect red everywhere set_one sh -c 'echo $COLOUR'
  docker stack rm set >/dev/null
  eventually 30 none
}
check "stack deploy, rm" stack

restart() {
  service web --replicas 2 -- sh -c "$until_term"
  kill "${daemons[-1]}"
  eventually 30 gone "${daemons[-1]}"
  docker_up
  trap 'kill "${daemons[-1]}"; eventually 20 gone "${daemons[-1]}"' EXIT
  eventually 60 running web 2
  docker service rm web >/dev/null
  eventually 30 none
}
check "a service comes back after a restart of dockerd" restart
if gone "${daemons[0]}"; then
  daemons=()
  docker_up
  eventually 30 docker node ls >/dev/null 2>&1
fi
