"""The programs that are compared, and the commands with which each does the same thing."""

import os
import re
import shutil
import subprocess

SCENARIOS = {
    "run": "run of /bin/true, default configuration",
    "run-seccomp": "run of /bin/true, with the default seccomp profile",
    "lifecycle": "create, start, delete of /bin/true",
    "exec": "exec of /bin/true in a running container",
    "exec-seccomp": "exec of /bin/true in a running container with the default seccomp profile",
    "state": "state of a running container",
    "kill": "kill of a running container, with a signal it ignores",
    "list": "list beside 300 running containers",
    "binds": "run of /bin/true with 1,000 bind mounts more",
    "descriptors": "run of /bin/true that is passed 1,000 descriptors",
    "parallel": "200 runs of /bin/true, 8 at a time",
}
BINDS, DESCRIPTORS, LISTED, RUNS, AT_ONCE = 1000, 1000, 300, 200, 8
# These take long, so they are repeated less often; and a pause before so much work shows nothing.
RARE = {"parallel": 10, "list": 2, "binds": 2}
WITHOUT_PAUSE = {"parallel"}


def in_parallel(command):
    """A step that runs a command many times; `@` in its words is the number."""
    script = f'seq {RUNS} | xargs -P {AT_ONCE} -I@ "$@"'
    return ["time", "parallel", "/bin/sh", "-c", script, "sh", *command]


class Runtime:
    """An OCI runtime: apus, crun, runc or another one with the same command line."""

    def __init__(self, name, path):
        self.name, self.path = name, path

    def version(self):
        text = subprocess.run([self.path, "--version"], capture_output=True, text=True).stdout
        return [line for line in text.splitlines() if re.search(r"^\w+ version |^commit:", line)] or ["no version"]

    def roots(self, place):
        """The state roots in which this program's containers are."""
        return [f"{place.state}/{self.name}", f"{place.state}/{self.name}-listed"]

    def steps(self, scenario, place):
        """The steps of one turn, as the runner's script wants them. `place` says where things are."""
        base = [self.path, "--root", self.roots(place)[0]]
        pid_file = f"{place.state}/{self.name}.pid"
        name = place.container(self.name)
        undo = [*base, "delete", "--force", name]
        run = [*base, "run", "--bundle", place.bundle(scenario)]
        create = ["create", "--bundle", place.bundle(scenario), "--pid-file", pid_file, name]
        if scenario == "parallel":
            return [in_parallel([*run, f"{name}-@"])]
        if scenario in ("run", "run-seccomp", "binds", "descriptors"):
            more = ["--preserve-fds", str(DESCRIPTORS)] if scenario == "descriptors" else []
            return [["time", scenario if scenario == "binds" else "run", *run, *more, name], ["undo", *undo]]
        if scenario == "lifecycle":
            return [["time", "create", *base, *create],
                    ["time", "start", *base, "start", name],
                    ["wait", "init", pid_file],
                    ["time", "delete", *base, "delete", name],
                    ["undo", *undo]]
        if scenario == "list":
            listed = [self.path, "--root", self.roots(place)[1]]
            names = [f"{name}-{number:03}" for number in range(LISTED)]
            made = [step for each in names for step in (
                ["setup", *listed, "create", "--bundle", place.bundle(scenario), each],
                ["setup", *listed, "start", each])]
            return [*made, ["time", "list", *listed, "list"],
                    *(["teardown", *listed, "delete", "--force", each] for each in names)]
        measured = {"exec": ["exec", name, "/bin/true"], "exec-seccomp": ["exec", name, "/bin/true"],
                    "state": ["state", name], "kill": ["kill", name, "USR1"]}
        return [["setup", *base, *create],
                ["setup", *base, "start", name],
                ["time", scenario, *base, *measured[scenario]],
                ["teardown", *undo]]


class Floor:
    """The kernel's work alone: Benchmarks/floor.c."""

    name = "floor"

    def __init__(self, path):
        self.path = path

    def version(self):
        return ["the kernel's work alone, in C"]

    def steps(self, scenario, place):
        name = place.container(self.name)
        state = ["--state", f"{place.state}/floor-state"]

        def of(name):
            return [word for version, directory in place.cgroups(name) for word in (f"--v{version}", directory)]

        cgroups = of(name)
        pid_file = f"{place.state}/floor.pid"
        more = ["--cgroupns"] if place.cgroup_namespace else []
        options = [*cgroups, *more]
        program = ["/bin/true"] if place.bundle(scenario).endswith(("true", "binds", "seccomp")) else [
            "/bin/sleep", "1000000"]
        create = [self.path, "create", *options, *state, "--pid-file", pid_file, place.rootfs, *program]
        start = [self.path, "start", *state]
        clean = [self.path, "clean", *cgroups, *state]
        if scenario == "parallel":
            return [in_parallel([self.path, "run", *of(f"{name}-@"), *more, place.rootfs, *program])]
        if scenario in ("run", "run-seccomp", "binds", "descriptors"):
            extra = {"run-seccomp": ["--filter"], "binds": ["--binds", str(BINDS), place.source]}.get(scenario, [])
            return [["time", scenario if scenario == "binds" else "run", self.path, "run", *options, *extra,
                     place.rootfs, *program],
                    ["undo", *clean]]
        if scenario == "lifecycle":
            return [["time", "create", *create], ["time", "start", *start], ["wait", "init", pid_file],
                    ["time", "delete", self.path, "delete", *cgroups, *state],
                    ["undo", *clean]]
        if scenario == "list":
            directory = f"{place.state}/floor-listed"
            script = (f'sleep 1000000 & for i in $(seq {LISTED}); do mkdir -p "$0/$i"; echo $! > "$0/$i/pid"; done')
            end = 'kill $(cat "$0/1/pid"); rm -r "$0"'
            return [["setup", "/bin/sh", "-c", script, directory],
                    ["time", "list", self.path, "list", "--state", directory],
                    ["teardown", "/bin/sh", "-c", end, directory]]
        measured = {"exec": ["exec", *options, *state, "/bin/true"],
                    "exec-seccomp": ["exec", *options, "--filter", *state, "/bin/true"],
                    "state": ["state", *state], "kill": ["kill", *state, "10"]}
        return [["setup", *create], ["setup", *start],
                ["time", scenario, self.path, *measured[scenario]],
                ["teardown", *clean]]


def find(environment_name, default):
    """The absolute path of the program, or None."""
    path = shutil.which(os.environ.get(environment_name) or default)
    return os.path.abspath(path) if path else None
