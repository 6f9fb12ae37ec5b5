# shellcheck shell=bash
# ctr run: what a container sees.

output() {
  expect "hello" once out1 -- echo hello
  once out2 -- sh -c 'echo an error >&2' 2>out >/dev/null
  expect "an error" cat out
  expect_code 1 once out3 -- sh -c 'exit 1'
  expect_code 7 once out4 -- sh -c 'exit 7'
  expect_code 143 once out5 -- sh -c 'sh -c "kill -TERM \$\$"; exit $?'
}
check "run: output and exit code" output

big_output() { expect "8388608" bash -c "$(line big) head -c 8388608 /dev/zero | wc -c"; }
check "run: 8 MiB of output arrive" big_output

stdin() { # ctr run does not pass the end of its input on
  expect "data" bash -c "echo data | $(line in) head -n 1"
}
check "run: standard input" stdin

missing_command() {
  expect_match '[Nn]o such file|not found' once missing -- /no/such/command
  expect_match '[Pp]ermission denied' once denied -- /etc/motd
  expect "" ctr tasks ls -q
  expect "" ls "$state"
}
check "run: a command that is missing or not executable" missing_command

environment() {
  expect "one two" once env --env A=one --env "B=two" -- sh -c 'echo $A $B'
  printf 'C=three\n' >env.list
  expect "three" once envfile --env-file env.list -- sh -c 'echo $C'
}
check "run: --env, --env-file" environment

cwd() { expect "/usr/bin" once cwd --cwd /usr/bin -- pwd; }
check "run: --cwd" cwd

made_cwd() { expect "/not/there" once mkcwd --cwd /not/there -- pwd; }
check "run: --cwd makes the directory" made_cwd

labels() {
  run labels --detach --label team=blue --annotation org.example.note=here -- sleep 100
  expect blue jq -r .Labels.team <(ctr containers info labels)
  expect here jq -r '.annotations["org.example.note"]' <(ctr containers info --spec labels)
  expect here jq -r '.annotations["org.example.note"]' <("$runtime" --root "$state" state labels)
  remove labels
}
check "run: --label, --annotation; the runtime's state has the annotation" labels

user() { run_config user '.process.user = {uid: 1000, gid: 1000, additionalGids: [2000, 10]} | .process.args = ["id"]' --rm >out
  grep -q 'uid=1000(app) gid=1000(app)' out && grep -q '2000(extra)' out; }
check "config: user and additional groups" user

umask_() { expect 0027 run_config umask '.process.user.umask = 23 | .process.args = ["sh", "-c", "umask"]' --rm; }
check "config: umask" umask_

read_only() {
  fails once ro1 --read-only -- touch /tmp/x
  once ro2 -- touch /tmp/x
}
check "run: --read-only" read_only

privileged() {
  local own
  own=$(capabilities Eff </proc/self/status)
  expect "$own" bash -c "$(line priv --privileged) cat /proc/self/status | sed -n 's/^CapEff:[[:space:]]*0*//p'"
  once priv2 --privileged -- sh -c 'mount -t tmpfs none /tmp && mknod /tmp/null c 1 3 && echo x >/tmp/null'
  fails once priv3 -- mount -t tmpfs none /tmp
}
check "run: --privileged" privileged

cap() { expect a80425fb bash -c "$(line cap) cat /proc/self/status | sed -n 's/^CapEff:[[:space:]]*0*//p'"; }
check "run: the default capabilities" cap
caps_changed() {
  once capset --cap-add CAP_SYS_TIME --cap-drop CAP_CHOWN -- cat /proc/self/status >out
  expect aa0425fa capabilities Eff <out
}
check "run: --cap-add, --cap-drop" caps_changed

no_new_privileges() {
  expect "NoNewPrivs:	1" once nnp1 -- grep NoNewPrivs /proc/self/status
  expect "NoNewPrivs:	0" once nnp2 --allow-new-privs -- grep NoNewPrivs /proc/self/status
}
check "run: --allow-new-privs" no_new_privileges

seccomp_default() {
  expect "Seccomp:	2" once sec1 --seccomp -- grep Seccomp: /proc/self/status
  fails once sec2 --seccomp -- unshare -U true
}
check "run: --seccomp, the default profile" seccomp_default

seccomp_file() {
  jq -n '{defaultAction: "SCMP_ACT_ALLOW", architectures: ["SCMP_ARCH_X86_64", "SCMP_ARCH_AARCH64"],
    syscalls: [{names: ["mkdir", "mkdirat"], action: "SCMP_ACT_ERRNO", errnoRet: 28}]}' >seccomp.json
  expect_match 'No space left' once sec3 --seccomp --seccomp-profile "$work/seccomp.json" -- mkdir /tmp/x
  once sec4 --seccomp --seccomp-profile "$work/seccomp.json" -- touch /tmp/x
}
check "run: --seccomp-profile" seccomp_file
