"""What the benches share: peers that take turns in fresh processes, medians, tables.

A bench is a script that runs itself with ``--measure CASE…`` for every single measurement, which prints one line of JSON. So no
measurement inherits anything, and a drift of the machine's speed hits all peers alike.
"""

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
from datetime import date
from pathlib import Path

MIB = 1 << 20
_MEASURE_SECONDS = 1200


def parse(doc, repeat, **more):
    """The options of a bench: ``--repeat``, ``--output``, ``--measure``, and `more` as ``name=(default, help)``."""
    parser = argparse.ArgumentParser(description=doc, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repeat", type=int, default=repeat, help=f"processes per case (default {repeat})")
    parser.add_argument("--output", help="file for the report, beside standard output")
    parser.add_argument("--measure", nargs="+", metavar="CASE", help=argparse.SUPPRESS)
    for name, (default, told) in more.items():
        parser.add_argument(f"--{name.replace('_', '-')}", type=type(default), default=default, help=f"{told} (default {default})")
    return parser.parse_args()


def tell(sample):
    """End a measurement: what `in_turns` is to get."""
    print(json.dumps(sample))


def in_turns(cases, repeat, *more):
    """The samples of every case, a tuple of str: lists by case. This script measures one at a time, all in turn, `repeat` times.

    `more` are arguments for every measurement beside this script's own.
    """
    samples = {case: [] for case in cases}
    for _ in range(repeat):
        for case, found in samples.items():
            found.append(_measure_apart(case, more))
            print(f"{' '.join(case):>40} {found[-1]}", file=sys.stderr)
    return samples


def _measure_apart(case, more):
    # What else was asked of this bench holds for each measurement too.
    command = [sys.executable, *sys.argv, *more, "--measure", *case]
    done = subprocess.run(command, capture_output=True, text=True, timeout=_MEASURE_SECONDS)
    if done.returncode:
        sys.exit(f"{' '.join(case)} failed:\n{done.stdout}{done.stderr}")
    return json.loads(done.stdout.splitlines()[-1])


def median(samples, name):
    """Of what each sample has under `name`."""
    return statistics.median(sample[name] for sample in samples)


def heading(title, repeat):
    """The first lines of a report: what it is, which command made it, when and on what."""
    arguments = " ".join(sys.argv[1:])
    return [
        f"# {title}",
        "",
        f"`PYTHONPATH=interop/python python3 bench/{Path(sys.argv[0]).name}{' ' + arguments if arguments else ''}`, {date.today()}, "
        f"{os.cpu_count()} cores, {platform.platform()}, Python {platform.python_version()}; medians of {repeat} fresh processes per case, "
        f"which took turns; load average {os.getloadavg()[1]:.1f}.",
        "",
    ]


def table(header, rows):
    """The lines of a Markdown table; cells are text."""
    lines = [f"| {' | '.join(header)} |", "|---" * len(header) + "|"]
    return lines + [f"| {' | '.join(row)} |" for row in rows] + [""]


def finish(lines, output):
    """Print a report, and write it to the file `output` if there is one."""
    text = "\n".join(lines).rstrip() + "\n"
    print(text)
    if output:
        Path(output).write_text(text, encoding="utf-8")


def mib(count):
    """Bytes in MiB, as text."""
    return f"{count / MIB:,.0f}" if count >= 10 * MIB else f"{count / MIB:.1f}"


def check(result, expected, what):
    """End the bench if a result is wrong."""
    if result != expected:
        sys.exit(f"{what} gave {result}, which is {expected}")
