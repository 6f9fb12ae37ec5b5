"""The cgroup layouts a measurement can see, and where in them a container's cgroup goes."""

import os
import signal
import subprocess
import time

TOP = "/sys/fs/cgroup"
DESCRIPTIONS = {
    "host": "this machine's own cgroup layout (v1 and v2 side by side)",
    "v1": "a private view of cgroup v1, without the unified hierarchy",
    "v2": "a private view of cgroup v2 alone; its controllers are bound to v1 on this machine",
}


def cgroup_mounts():
    """(path, root, version, controllers) of each mounted hierarchy; the deepest mount point first."""
    found = []
    with open("/proc/self/mountinfo") as file:
        for line in file:
            left, right = line.rstrip("\n").split(" - ", 1)
            root, path = left.split()[3:5]
            kind, _, options = right.split(" ", 2)
            if kind == "cgroup2":
                found.append((path, root, 2, ""))
            elif kind == "cgroup":
                found.append((path, root, 1, options))
    return sorted(found, key=lambda mount: -len(mount[0]))


def available():
    """The layouts that can be measured on this host, and the reasons why others cannot."""
    versions = {version for _, _, version, _ in cgroup_mounts()}
    if versions == {1, 2}:
        return ["v1", "v2", "host"], {}
    if versions == {2}:
        DESCRIPTIONS["v2"] = "cgroup v2, this machine's own layout"
        return ["v2"], {"v1": "no v1 hierarchy is mounted here", "host": "is v2 here"}
    if versions == {1}:
        DESCRIPTIONS["v1"] = "cgroup v1, this machine's own layout"
        return ["v1"], {"v2": "the unified hierarchy is not mounted here", "host": "is v1 here"}
    return [], {name: "no cgroup hierarchy is mounted" for name in DESCRIPTIONS}


def enter(layout):
    """Changes what this process, already in a mount namespace of its own, sees below /sys/fs/cgroup."""
    mounts = cgroup_mounts()
    if layout == "host" or len({version for _, _, version, _ in mounts}) < 2:
        return
    for path, _, version, _ in mounts:
        if layout == "v2" or version == 2:
            subprocess.run(["umount", path], check=True)
    if layout == "v2":
        subprocess.run(["umount", TOP], check=False)
        subprocess.run(["mount", "-t", "cgroup2", "cgroup2", TOP], check=True)


def own_cgroup(options):
    """This process's path in the hierarchy with these mount options ("" = unified)."""
    with open("/proc/self/cgroup") as file:
        for line in file:
            _, names, path = line.rstrip("\n").split(":", 2)
            if (not options and not names) or (names and set(names.split(",")) <= set(options.split(","))):
                return path
    return "/"


def container_cgroups(name):
    """(version, directory) of the cgroups of a container that runtimes make where the configuration names none."""
    mounts = cgroup_mounts()
    both = len({version for _, _, version, _ in mounts}) == 2
    directories = []
    for path, root, version, options in mounts:
        own = own_cgroup(options)
        if root != "/" and own.startswith(root):
            own = own[len(root):]
        # Beside the caller's own group on v2, where a group with processes takes no children with controllers.
        if version == 2 and not both:
            own = os.path.dirname(own)
        directories.append((version, os.path.normpath(f"{path}/{own}/{name}")))
    return directories


def remove_cgroups(prefix):
    """Removes every cgroup whose name starts with `prefix`, after killing what is left in it."""
    for path, _, _, _ in cgroup_mounts():
        for directory, _, _ in os.walk(path, topdown=False):
            if not os.path.basename(directory).startswith(prefix):
                continue
            for _ in range(50):
                try:
                    os.rmdir(directory)
                    break
                except OSError:
                    kill_all(directory)
                    time.sleep(0.02)


def kill_all(directory):
    try:
        with open(f"{directory}/cgroup.procs") as file:
            for pid in file:
                os.kill(int(pid), signal.SIGKILL)
    except (OSError, ValueError):
        pass
