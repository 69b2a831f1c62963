"""All benchmarks of the repository, one after the other, and their figures in docs/benchmarks.md.

    python -m benchmarks.run [--long] [--only NAME ...]

Each runs in a process of its own. Short and long forms have sections of their own; what is run replaces its section
and leaves the others as they are.
"""

import argparse
import json
import os
import platform
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import psutil

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "benchmarks.md"
PACKAGES = ("torch", "sentence-transformers", "faiss-cpu", "llama-cpp-python", "textual", "sqlite-utils", "numpy")
TOTAL_SECONDS = {"short": 590, "long": 24 * 3600}
"""What all benchmarks of a form may take together."""
LEAST_SECONDS = 20


FILL_HOME = """
from coach.assemble import Parts
from coach.config import load
Parts(load()).index()
"""


@dataclass(frozen=True, slots=True)
class Bench:
    """One benchmark.

    short, long: arguments of the two forms; None where the short form is the whole, or there is none.
    seconds: at most, for the short form.
    """

    name: str
    title: str
    short: tuple[str, ...] | None
    long: tuple[str, ...] | None
    seconds: int = 60


BENCHES = (
    Bench("startup", "First frame", ("3",), ("15",)),
    Bench("keys", "Key to screen", ("--keys", "60", "--json"), ("--keys", "1000", "--json")),
    Bench("engine", "Language-model engine", ("--repeat", "2", "--json"), ("--long", "--json"), 230),
    Bench("judge", "Agreement of the judge", ("--quick",), (), 120),
    Bench("retrieval", "Search quality", ("--json",), None, 90),
    Bench("retrieval_conversation", "Search within a conversation", ("--questions", "100", "--json"), ("--json",)),
    Bench("retrieval_speed", "Embedding and first answer", ("--json",), None, 90),
    Bench("retrieval_scale", "Search at scale", ("--vectors", "20000", "--json"), ("--json",)),
    Bench("derived_points", "Derived key points", ("training/data/graded_answers_dev.jsonl", "--json"), ("--json",)),
    Bench("bank_import", "Import", ("--questions", "200", "--json"), ("--questions", "10000", "--json")),
    Bench("srs", "Scheduling, simulated learners", ("--learners", "1"), ("--learners", "8")),
    Bench("srs_costs", "Cost of scheduling", ("--questions", "20000"), ("--questions", "1000000")),
    Bench("srs_kills", "Scheduling, killed while saving", ("--kills", "20"), ("--kills", "500")),
    Bench("faults", "Fault drill", ("--kills", "24", "--json"), ("--kills", "500", "--json"), 90),
    Bench("fuzz", "Fuzzing", ("--seconds", "30", "--examples", "10"), ("--seconds", "3600"), 45),
    Bench(
        "soak",
        "Soak of the real loop",
        ("--questions", "12", "--minutes", "1", "--json"),
        ("--questions", "1000", "--json"),
        90,
    ),
)


def section(bench: Bench, title: str, arguments: tuple[str, ...], limit_seconds: float) -> str:
    """Run one benchmark; its section of the page, also when it fails or is stopped."""
    command = ["-m", f"benchmarks.{bench.name}", *arguments]
    print(f"{title} ...", file=sys.stderr, flush=True)
    started, load = time.monotonic(), os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0
    try:
        done = subprocess.run(
            [sys.executable, *command], cwd=ROOT, capture_output=True, text=True, timeout=limit_seconds
        )
        output = (
            done.stdout if done.returncode == 0 else f"{done.stdout}\nexit code {done.returncode}\n{done.stderr[-500:]}"
        )
    except subprocess.TimeoutExpired as stopped:
        found = b"".join(part for part in (stopped.stdout, stopped.stderr) if isinstance(part, bytes))
        output = f"{found.decode('utf-8', 'replace')[-4000:]}\nstopped after {limit_seconds:.0f} s"
    seconds = time.monotonic() - started
    shown = " ".join(["python", *command])
    day = datetime.now(UTC).date()
    about = f"{day}, {seconds:.0f} s, load average {load:.1f} before"
    return f"## {title}\n\n`{shown}` ({about})\n\n```text\n{readable(output)}\n```\n"


def readable(output: str) -> str:
    """The printed table without its last line of JSON; JSON alone is written as lines of name and value."""
    lines = output.replace(str(ROOT), ".").strip().splitlines()
    if lines and lines[-1].startswith("{"):
        figures = json.loads(lines[-1])
        lines = lines[:-1] or list(flat(figures))
    return "\n".join(line.rstrip() for line in lines).strip()


def flat(figures: Mapping[str, object], above: str = "") -> list[str]:
    """A line for each figure of nested objects."""
    lines: list[str] = []
    for name, value in figures.items():
        path = f"{above}{name}"
        if isinstance(value, Mapping):
            lines += flat(value, f"{path} / ")
        else:
            lines.append(f"{path:<60} {value:.4g}" if isinstance(value, float) else f"{path:<60} {value}")
    return lines


def machine() -> str:
    """What the figures were measured on."""
    memory = psutil.virtual_memory().total / 2**30
    packages = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    return (
        f"Machine: {processor()}, {os.cpu_count()} logical cores, {memory:.0f} GiB, {platform.system()}. "
        f"Python {platform.python_version()}; {packages}.\n"
    )


def processor() -> str:
    """The processor's name, as far as the system tells."""
    listed = Path("/proc/cpuinfo")
    found = re.search(r"^model name\s*:\s*(.+)$", listed.read_text("utf-8"), re.M) if listed.exists() else None
    return found[1] if found else platform.processor() or platform.machine()


HEAD = """# Benchmarks

Written by `make bench` (short forms, under ten minutes) and `make bench-long` (hours); do not edit by hand. Speeds are
given as ratios to a named alternative measured side by side in the same run, since seconds say little about another
machine. What each figure means stands at the head of the benchmark's file. A benchmark that failed says so here.

"""


def long_title(bench: Bench) -> str:
    """Of the section of its long form."""
    return f"{bench.title}, long form"


def sections_of(page: str) -> dict[str, str]:
    """The sections of a page by title."""
    parts = re.split(r"^(?=## )", page, flags=re.M)[1:]
    return {part.splitlines()[0].removeprefix("## "): part.rstrip() + "\n" for part in parts}


def main() -> None:
    """Run what is wanted in a fresh home that holds the shipped bank and its index."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--long", action="store_true", help="the long forms: hours")
    parser.add_argument("--only", nargs="+", choices=[bench.name for bench in BENCHES], default=[])
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory() as home:
        os.environ["COACH_HOME"] = home  # nobody's own
        subprocess.run([sys.executable, "-c", FILL_HOME], cwd=ROOT, check=True)
        measure([bench for bench in BENCHES if not wanted.only or bench.name in wanted.only], long=wanted.long)


def measure(benches: Sequence[Bench], *, long: bool) -> None:
    """Run these benchmarks and rewrite their sections, each as soon as it is known.

    The quick ones come first; what there is no time for keeps its section.
    """
    known, about = sections_of(PAGE.read_text("utf-8")) if PAGE.exists() else {}, machine()
    end = time.monotonic() + TOTAL_SECONDS["long" if long else "short"]
    for bench in sorted(benches, key=lambda bench: bench.seconds):
        arguments = bench.long if long else bench.short
        if arguments is None:
            continue
        left = end - time.monotonic()
        if left < LEAST_SECONDS:
            print(f"{bench.title}: no time is left for it", file=sys.stderr)
            continue
        title = long_title(bench) if long else bench.title
        known[title] = section(bench, title, arguments, left if long else min(left, bench.seconds))
        ordered = [known[name] for each in BENCHES for name in (each.title, long_title(each)) if name in known]
        PAGE.write_text(HEAD + about + "\n" + "\n".join(ordered), "utf-8")


if __name__ == "__main__":
    main()
