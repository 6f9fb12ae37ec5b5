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
    "state": "state of a running container",
    "kill": "kill of a running container, with a signal it ignores",
}


class Runtime:
    """An OCI runtime: apus, crun, runc or another one with the same command line."""

    def __init__(self, name, path):
        self.name, self.path = name, path

    def version(self):
        text = subprocess.run([self.path, "--version"], capture_output=True, text=True).stdout
        return [line for line in text.splitlines() if re.search(r"^\w+ version |^commit:", line)] or ["no version"]

    def steps(self, scenario, place):
        """The steps of one turn, as the runner's script wants them. `place` says where things are."""
        base = [self.path, "--root", f"{place.state}/{self.name}"]
        pid_file = f"{place.state}/{self.name}.pid"
        name = place.container(self.name)
        undo = [*base, "delete", "--force", name]
        create = ["create", "--bundle", place.bundle(scenario), "--pid-file", pid_file, name]
        if scenario in ("run", "run-seccomp"):
            return [["time", "run", *base, "run", "--bundle", place.bundle(scenario), name],
                    ["undo", *undo]]
        if scenario == "lifecycle":
            return [["time", "create", *base, *create],
                    ["time", "start", *base, "start", name],
                    ["wait", "init", pid_file],
                    ["time", "delete", *base, "delete", name],
                    ["undo", *undo]]
        measured = {"exec": ["exec", name, "/bin/true"], "state": ["state", name], "kill": ["kill", name, "USR1"]}
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
        cgroups = [word for version, directory in place.cgroups(name) for word in (f"--v{version}", directory)]
        pid_file = f"{place.state}/floor.pid"
        options = [*cgroups, *(["--cgroupns"] if place.cgroup_namespace else [])]
        program = ["/bin/sleep", "1000000"] if scenario in ("exec", "state", "kill") else ["/bin/true"]
        create = [self.path, "create", *options, *state, "--pid-file", pid_file, place.rootfs, *program]
        start = [self.path, "start", *state]
        clean = [self.path, "clean", *cgroups, *state]
        if scenario in ("run", "run-seccomp"):
            loads = ["--filter"] if scenario == "run-seccomp" else []
            return [["time", "run", self.path, "run", *options, *loads, place.rootfs, *program],
                    ["undo", *clean]]
        if scenario == "lifecycle":
            return [["time", "create", *create], ["time", "start", *start], ["wait", "init", pid_file],
                    ["time", "delete", self.path, "delete", *cgroups, *state],
                    ["undo", *clean]]
        measured = {"exec": ["exec", *options, *state, "/bin/true"], "state": ["state", *state],
                    "kill": ["kill", *state, "10"]}
        return [["setup", *create], ["setup", *start],
                ["time", scenario, self.path, *measured[scenario]],
                ["teardown", *clean]]


def find(environment_name, default):
    """The absolute path of the program, or None."""
    path = shutil.which(os.environ.get(environment_name) or default)
    return os.path.abspath(path) if path else None
