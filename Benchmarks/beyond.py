"""What a benchmark tells besides times: system calls, the least memory, and where the time of apus goes, step by step."""

import json
import os
import re
import statistics
import subprocess
import tempfile
import time

import layouts
from programs import Floor, Runtime

TRACED = 15


def run_arguments(program, scenario, place):
    """The command line of one run, as the runner would give it."""
    for step in program.steps(scenario, place):
        if step[0] == "time":
            return step[2:]
    raise ValueError(scenario)


def undo(program, scenario, place):
    for step in program.steps(scenario, place):
        if step[0] == "undo":
            subprocess.run(step[1:], stdin=subprocess.DEVNULL, capture_output=True)


def system_calls(program, place):
    """The system calls of a run, all processes together, the program's own included; the smallest of three counts."""
    counts = []
    for _ in range(3):
        with tempfile.NamedTemporaryFile("r", errors="replace") as log:
            status = subprocess.run(["strace", "-f", "-qq", "-o", log.name, *run_arguments(program, "run", place)],
                                    stdin=subprocess.DEVNULL, capture_output=True).returncode
            if status == 0:
                counts.append(sum(1 for line in log if re.match(r"\d+ +[a-z_0-9]+\(", line)))
            else:
                undo(program, "run", place)
    return min(counts) if counts else None


def memory_hierarchy():
    """Where cgroups with a memory limit can be made: the directory and the limit's file; None where they cannot."""
    for path, _, version, options in layouts.cgroup_mounts():
        if version == 1 and "memory" in options.split(","):
            return path, "memory.limit_in_bytes"
        if version == 2:
            with open(f"{path}/cgroup.subtree_control") as file:
                if "memory" in file.read().split():
                    return path, "memory.max"
    return None


def smallest_limit(program, place, say):
    """KiB: the smallest limit of memory around a whole run with which it succeeds three times; None where it is not known."""
    failure = ""
    found = memory_hierarchy()
    if not found:
        return None
    top, file_name = found

    def succeeds(kibibytes, number):
        nonlocal failure
        # Each time a group of its own: what a run before has left in one counts, and cannot be told from need.
        group = f"{top}/{place.container(program.name)}-limit-{kibibytes}-{number}"
        os.makedirs(group, exist_ok=True)
        try:
            with open(f"{group}/{file_name}", "w") as file:
                file.write(str(kibibytes * 1024))
            # A shell goes in, since it has little of its own to be charged for.
            enter = ["sh", "-c", f'echo 0 > {group}/cgroup.procs && exec "$@"', "sh"]
            run = subprocess.run([*enter, *run_arguments(program, "run", place)], stdin=subprocess.DEVNULL,
                                 capture_output=True, text=True, errors="replace", timeout=20)
            failure = run.stderr.strip() or f"exit code {run.returncode}"
            return run.returncode == 0
        except (OSError, subprocess.SubprocessError) as error:
            failure = str(error)
            return False
        finally:
            remove_when_empty(group)

    def works(kibibytes):
        for number in range(3):
            if not succeeds(kibibytes, number):
                undo(program, "run", place)
                return False
        return True

    low, high = 128, 65536
    # What fails once with so much has another reason, which may pass.
    if not works(high) and not works(high):
        say(f"  {program.name} fails within {high} KiB: {failure}")
        return None
    while high - low > 4:
        middle = (low + high) // 8 * 4
        if works(middle):
            high = middle
        else:
            low = middle
    return high


def remove_when_empty(group):
    """Removes a cgroup once the last of its processes is gone."""
    for _ in range(50):
        try:
            os.rmdir(group)
            return
        except OSError:
            time.sleep(0.02)


def traced_steps(apus, place, directory):
    """Runs with --trace: the median time of each step, and a picture of the run in the middle."""
    base = [apus.path, "--root", f"{place.state}/apus"]
    name = place.container("apus")
    runs = []
    for number in range(TRACED):
        file = f"{place.directory}/trace-{number}.json"
        subprocess.run([*base, "--trace", file, "run", "--bundle", place.bundle("run"), name], stdin=subprocess.DEVNULL,
                       capture_output=True, check=True)
        with open(file) as opened:
            runs.append(json.load(opened)["traceEvents"])
    lanes = {event["pid"]: event["args"]["name"] for run in runs for event in run if event["name"] == "process_name"}
    steps = {}
    for run in runs:
        seen = {}
        for event in run:
            if event["ph"] != "X" or event["args"].get("open"):
                continue
            base_key = (lanes[event["pid"]] == "init", event["args"]["phase"], event["name"], event["args"].get("detail", ""))
            key = (*base_key, seen.setdefault(base_key, 0))
            seen[base_key] += 1
            arguments = event["args"]
            steps.setdefault(key, []).append((event["dur"], arguments["systemCalls"], arguments["systemCallMicroseconds"],
                                              arguments["waitingMicroseconds"], arguments["pageFaults"]))
    rows = [{"lane": "init" if key[0] else "runtime", "phase": key[1], "name": key[2],
             "detail": key[3].replace(place.directory, "...").replace(name, "NAME"),
             **dict(zip(("us", "calls", "calls_us", "waiting_us", "faults"),
                        (round(statistics.median(values), 1) for values in zip(*samples))))}
            for key, samples in steps.items()]
    os.makedirs(directory, exist_ok=True)
    picture = f"{directory}/run.svg"
    subprocess.run([*base, "--trace", picture, "run", "--bundle", place.bundle("run"), name], stdin=subprocess.DEVNULL,
                   capture_output=True, check=True)
    return rows, picture


def counts(place, programs, say):
    """Members of the document: the system calls and the least memory of a run in the layout that this process sees."""
    say("system calls and the smallest memory limit")
    result = {"system_calls": {}, "memory_kib": {}}
    for program in programs:
        result["system_calls"][program.name] = system_calls(program, place)
        if not isinstance(program, Floor):
            result["memory_kib"][program.name] = smallest_limit(program, place, say)
    return result


def steps(place, programs, output, say):
    """Members of the document: where the time of a run of apus goes, in the layout of this machine."""
    say("the time of each step")
    result = {"steps": []}
    for program in programs:
        if isinstance(program, Runtime) and program.name == "apus":
            result["steps"], result["picture"] = traced_steps(program, place, os.path.dirname(os.path.abspath(output)))
    return result


def table(document):
    """Lines of text."""
    def row(title, figures):
        return f"  {title:24}" + "".join(f"{name} {value:,}   " if value else f"{name} -   "
                                         for name, value in figures.items())
    if document.get("system_calls"):
        yield "\nCounts"
        yield row("system calls of run", document["system_calls"])
        yield row("least memory, KiB", document["memory_kib"])
    if document.get("steps"):
        yield "\nA run of apus step by step: the median of each, in microseconds"
        yield f"  {'':8}{'phase':8}{'':24}{'time':>9}{'calls':>7}{'in calls':>10}{'waiting':>9}{'faults':>8}"
        for step in document["steps"]:
            yield (f"  {step['lane']:8}{step['phase']:8}{step['name']:24}{step['us']:9.0f}{step['calls']:7.0f}"
                   f"{step['calls_us']:10.0f}{step['waiting_us']:9.0f}{step['faults']:8.0f}  {step['detail'][:40]}")
        yield f"Picture of one run: {os.path.relpath(document['picture'])}"
