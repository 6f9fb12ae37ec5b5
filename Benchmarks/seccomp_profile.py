"""The containers project's seccomp profile (seccomp.json) in the form of the OCI runtime specification.

What an engine does before it hands the profile to a runtime: rules for other architectures, for capabilities that the
container lacks and for kernels newer than this one are left out; the others lose their conditions.
"""

import json
import platform

PROFILE = "/usr/share/containers/seccomp.json"

# The profile's names of architectures, by what uname says.
ARCHITECTURES = {
    "x86_64": ("SCMP_ARCH_X86_64", {"amd64", "x86", "x32"}),
    "aarch64": ("SCMP_ARCH_AARCH64", {"arm64", "arm"}),
}


def kernel_at_least(minimum):
    release = platform.release().split("-")[0].split(".")
    return tuple(int(part) for part in release[:2]) >= tuple(int(part) for part in minimum.split(".")[:2])


def applies(rule, architectures, capabilities):
    includes, excludes = rule.get("includes") or {}, rule.get("excludes") or {}
    if includes.get("arches") and not architectures & set(includes["arches"]):
        return False
    if not set(includes.get("caps") or []) <= capabilities:
        return False
    if includes.get("minKernel") and not kernel_at_least(includes["minKernel"]):
        return False
    if architectures & set(excludes.get("arches") or []) or capabilities & set(excludes.get("caps") or []):
        return False
    return not (excludes.get("minKernel") and kernel_at_least(excludes["minKernel"]))


def convert(capabilities, path=PROFILE):
    """The `linux.seccomp` object for a container with these capabilities on this machine."""
    with open(path) as file:
        profile = json.load(file)
    native, architectures = ARCHITECTURES[platform.machine()]
    seccomp = {"defaultAction": profile["defaultAction"], "architectures": [native], "syscalls": []}
    if "defaultErrnoRet" in profile:
        seccomp["defaultErrnoRet"] = profile["defaultErrnoRet"]
    for entry in profile.get("archMap", []):
        if entry["architecture"] == native:
            seccomp["architectures"] += entry.get("subArchitectures") or []
    for rule in profile["syscalls"]:
        if not applies(rule, architectures, set(capabilities)):
            continue
        kept = {"names": rule["names"], "action": rule["action"]}
        if "errnoRet" in rule:
            kept["errnoRet"] = rule["errnoRet"]
        if rule.get("args"):
            kept["args"] = rule["args"]
        seccomp["syscalls"].append(kept)
    return seccomp
