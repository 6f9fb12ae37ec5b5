#!/usr/bin/env python3
"""Samples to figures, figures to tables.

    report.py RESULTS   keeps a measurement of `make bench` in docs/performance.json and fills the documents' tables from it
    report.py           fills them from what is kept
    report.py --check   fails if they are of another measurement
"""

import json
import os
import re
import statistics
import sys

ORDER = ("floor", "apus", "crun", "runc")
SUM = "create+start+delete"


def figures(samples):
    """Wall times in ms, CPU time in ms and peak memory in MiB of a list of (wall ns, CPU us, KiB)."""
    walls = sorted(wall / 1e6 for wall, _, _ in samples)
    return {
        "samples": len(walls),
        "median_ms": round(statistics.median(walls), 4),
        "p25_ms": round(walls[len(walls) // 4], 4),
        "min_ms": round(walls[0], 4),
        "cpu_ms": round(statistics.median(cpu for _, cpu, _ in samples) / 1e3, 4),
        "peak_mib": round(statistics.median(peak for _, _, peak in samples) / 1024, 3),
        "walls_ms": [round(wall / 1e6, 4) for wall, _, _ in samples],
    }


def read_samples(text):
    """The runner's output as {label: {program: figures}} and a list of failures, one for each kind."""
    raw, failures = {}, {}
    for line in text.splitlines():
        fields = line.split("\t")
        if fields[0] == "failed":
            key = tuple(fields[2:5])
            failures[key] = failures.get(key, 0) + 1
        elif int(fields[0]) >= 0:
            number, program, label = int(fields[0]), fields[1], fields[2]
            wall, user, system, peak = (int(field) for field in fields[3:7])
            raw.setdefault(label, {}).setdefault(program, {})[number] = (wall, user + system, peak)
    if "init" in raw:
        add_sums(raw)
    labels = sorted(raw, key=lambda label: label != SUM)
    result = {label: {program: figures(list(raw[label][program].values()))
                      for program in ORDER if raw[label].get(program)}
              for label in labels}
    return result, [{"program": program, "command": label, "times": times, "error": error}
                    for (program, label, error), times in failures.items()]


def add_sums(raw):
    """Adds the rows for a whole life: the commands' wall time, and the CPU time and peak of the container's init, too."""
    inits = raw.pop("init")
    raw[SUM] = {}
    for program, rounds in raw.get("delete", {}).items():
        raw[SUM][program] = {}
        for number in rounds:
            parts = [raw[label][program][number] for label in ("create", "start", "delete")]
            wall = sum(part[0] for part in parts)
            parts.append(inits[program][number])
            raw[SUM][program][number] = (wall, sum(part[1] for part in parts), max(part[2] for part in parts))


def ratio(apus, other, key):
    return f"{apus[key] / other[key]:.2f}" if apus and other and other[key] else "-"


def times(row):
    return "".join(f"{row[key]:8.2f}" for key in ("median_ms", "p25_ms", "min_ms")) if row else f"{'-':>8}" * 3


def table(blocks, titles):
    """Lines of text for one layout: a group for each command, a row for each program.

    A scenario's first block was measured back to back; a second one with pauses goes beside it.
    """
    pause = max(block["pause_ms"] for block in blocks)
    idle_head = f"{f'{pause} ms idle before':>26}" if pause else ""
    idle_columns = f"{'median':>10}{'p25':>8}{'min':>8}" if pause else ""
    yield f"{'':11}{'back to back':>24}{idle_head}{'CPU':>8}{'peak':>7}   {'apus / this':>23}"
    yield (f"{'milliseconds':11}{'median':>7}{'p25':>8}{'min':>8}{idle_columns}{'ms':>8}{'MiB':>7}   "
           f"{'time':>5}{'idle':>6}{'CPU':>6}{'mem':>6}")
    for scenario in dict.fromkeys(block["scenario"] for block in blocks):
        here = [block for block in blocks if block["scenario"] == scenario]
        busy = here[0]["result"]
        idle = here[1]["result"] if len(here) > 1 else {}
        yield titles[scenario]
        for label, programs in busy.items():
            if len(busy) > 1:
                yield f"  {label}"
            apus, idle_apus = programs.get("apus"), idle.get(label, {}).get("apus")
            for name, row in programs.items():
                idle_row = idle.get(label, {}).get(name)
                yield (f"    {name:7}{times(row)}" + (f"  {times(idle_row)}" if pause else "")
                       + f"{row['cpu_ms']:8.2f}{row['peak_mib']:7.1f}   {ratio(apus, row, 'median_ms'):>5}"
                       + f"{ratio(idle_apus, idle_row, 'median_ms'):>6}{ratio(apus, row, 'cpu_ms'):>6}"
                       + f"{ratio(apus, row, 'peak_mib'):>6}")
        for failure in [failure for block in here for failure in block["failures"]]:
            yield (f"    {failure['program']} failed {failure['times']} times at {failure['command']}, not counted: "
                   f"{failure['error']}")


# MARK: Tables for documents

# What a document shows: the row's words, the scenario and label in the samples, and how many of them one stands for.
ROWS = (
    ("`run /bin/true`", "run", "run"),
    ("`run` with the default seccomp profile", "run-seccomp", "run"),
    ("`create` + `start` + `delete`", "lifecycle", SUM),
    ("of which `create`", "lifecycle", "create"),
    ("`exec`", "exec", "exec"),
    ("`exec` with seccomp", "exec-seccomp", "exec-seccomp"),
    ("`state`", "state", "state"),
    ("`kill`", "kill", "kill"),
    ("`list` beside 300", "list", "list"),
    ("`run` with 1,000 bind mounts", "binds", "binds"),
    ("`run` with 1,000 descriptors", "descriptors", "run"),
    ("200 `run`, 8 at a time", "parallel", "parallel"),
)
# What the README shows.
SHORT = ("run", "run-seccomp", "lifecycle", "exec", "state", "list")


def summary(document):
    """What of a measurement goes into the repository: the medians and p25, without the samples."""
    kept = {key: document[key] for key in ("date", "machine", "runs", "programs", "system_calls", "memory_kib", "steps")
            if key in document}
    # Details of steps name paths of the machine.
    kept["steps"] = [{key: value for key, value in step.items() if key != "detail"} for step in kept.get("steps", [])]
    kept["layouts"] = {
        layout: [{"scenario": block["scenario"], "pause_ms": block["pause_ms"], "left_out": block["left_out"],
                  "result": {label: {program: {key: figure for key, figure in row.items() if key != "walls_ms"}
                                     for program, row in programs.items()}
                             for label, programs in block["result"].items()}}
                 for block in blocks]
        for layout, blocks in document["layouts"].items()}
    return kept


def cell(row):
    return f"{row['median_ms']:.2f}" if row else "–"


def times_table(document, layout, scenarios=None):
    """A table in Markdown of one layout: medians back to back, and apus beside the others, with and without pauses."""
    blocks = document["layouts"][layout]
    yield "| Milliseconds, median | apus | floor | crun | runc | apus / floor | apus / crun | with pauses: / floor | / crun |"
    yield "|---|---:|---:|---:|---:|---:|---:|---:|---:|"
    for words, scenario, label in ROWS:
        here = [block["result"].get(label, {}) for block in blocks if block["scenario"] == scenario]
        if not here or "apus" not in here[0] or (scenarios and scenario not in scenarios):
            continue
        busy, idle = here[0], here[1] if len(here) > 1 else {}
        ratios = [ratio(rows.get("apus"), rows.get(other), "median_ms") for rows in (busy, idle)
                  for other in ("floor", "crun")]
        figures = [cell(busy.get(program)) for program in ("apus", "floor", "crun", "runc")] + ratios
        yield f"| {words} | " + " | ".join(figures) + " |"


def counts_table(document):
    """System calls, memory and processor time, which do not depend on how busy a machine is."""
    programs = ("apus", "floor", "crun", "runc")
    yield "| A run of `/bin/true` | apus | floor | crun | runc |"
    yield "|---|---:|---:|---:|---:|"

    def line(words, figures):
        return f"| {words} | " + " | ".join(f"{figures[name]:,}" if figures.get(name) else "–" for name in programs) + " |"
    yield line("system calls", document.get("system_calls", {}))
    yield line("smallest memory limit around it, KiB", document.get("memory_kib", {}))
    for words, key in (("processor time, ms", "cpu_ms"), ("peak resident memory, MiB", "peak_mib")):
        blocks = next(iter(document["layouts"].values()))
        rows = next((block["result"].get("run", {}) for block in blocks if block["scenario"] == "run"), {})
        yield line(words, {name: row[key] for name, row in rows.items()})


def steps_table(document):
    yield "| Lane | Phase | Step | µs | System calls | in them, µs | waiting, µs | Page faults |"
    yield "|---|---|---|---:|---:|---:|---:|---:|"
    for step in document.get("steps", []):
        yield (f"| {step['lane']} | {step['phase']} | `{step['name']}` | {step['us']:.0f} | {step['calls']:.0f} | "
               f"{step['calls_us']:.0f} | {step['waiting_us']:.0f} | {step['faults']:.0f} |")


def machine_lines(document):
    machine = document["machine"]
    yield (f"{document['date'][:10]}, {machine['processors']} × {machine['model']}, Linux {machine['kernel']}, "
           f"{document['runs']} rounds, load {machine['load']:.1f} at the start:")
    yield ""
    for name, lines in document["programs"].items():
        yield f"- {name}: {'; '.join(lines)}"


def parts(document):
    """The text between the markers of each name."""
    layout = "v2" if "v2" in document["layouts"] else next(iter(document["layouts"]))
    return {
        "machine": list(machine_lines(document)), "times": list(times_table(document, layout)),
        "short": list(times_table(document, layout, SHORT)), "counts": list(counts_table(document)),
        "steps": list(steps_table(document)),
    }


def filled(text, document):
    """The document with what stands between its markers made anew."""
    for name, lines in parts(document).items():
        pattern = rf"(<!-- bench:{name} -->\n).*?(<!-- bench:end -->)"
        text = re.sub(pattern, lambda found: found[1] + "".join(f"{line}\n" for line in lines) + found[2], text,
                      flags=re.DOTALL)
    return text


DOCUMENTS = ("README.md", "docs/performance.md")


def main():
    """report.py [--check | RESULTS]: fills the tables of the documents from a measurement, or from the one that is kept."""
    top = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    kept = f"{top}/docs/performance.json"
    if len(sys.argv) == 2 and sys.argv[1] != "--check":
        with open(sys.argv[1]) as file:
            document = summary(json.load(file))
        with open(kept, "w") as file:
            json.dump(document, file, indent=1)
            file.write("\n")
    if not os.path.exists(kept):
        return
    with open(kept) as file:
        document = json.load(file)
    stale = []
    for name in DOCUMENTS:
        with open(f"{top}/{name}") as file:
            text = file.read()
        new = filled(text, document)
        if new != text:
            stale.append(name)
            if "--check" not in sys.argv:
                with open(f"{top}/{name}", "w") as file:
                    file.write(new)
    if "--check" in sys.argv and stale:
        sys.exit(f"report: {', '.join(stale)}: the tables are not those of docs/performance.json; run Benchmarks/report.py")


if __name__ == "__main__":
    main()
