"""Samples to figures, figures to a table."""

import statistics

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
