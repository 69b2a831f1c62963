"""Long fuzzing: the properties of `tests/trust/test_fuzz*.py` with other inputs each round, for as long as one likes.

    python -m benchmarks.fuzz [--seconds 600] [--examples 300] [--json]

What is fed: every reader of documents, files damaged in some bytes (docx, apkg, pdf, gguf, index, database), the
configuration, lines of a batch, review histories, rows of an export, replies of a remote model. Whatever comes in,
nothing but an error meant for people may come out. A round is one of the test files with a seed of its own, which is
printed when it fails and repeats it: `pytest FILE --hypothesis-seed=SEED`. A round that the clock interrupts counts for
nothing.

rounds        rounds that were finished
inputs        properties times examples of these rounds: what was tried, at most
failures      rounds in which a property did not hold; must be 0
"""

import argparse
import json
import os
import re
import secrets
import subprocess
import sys
import time
from itertools import cycle
from pathlib import Path

ROOT = Path(__file__).parents[1]


def one_round(tests: Path, seed: int, examples: int, seconds: float) -> tuple[int, int, str] | None:
    """(properties that hold, properties that do not, what pytest printed), None when the time was over."""
    command = [sys.executable, "-m", "pytest", "-q", str(tests.relative_to(ROOT)), f"--hypothesis-seed={seed}"]
    try:
        done = subprocess.run(
            command,
            cwd=ROOT,
            env=os.environ | {"FUZZ_EXAMPLES": str(examples)},
            capture_output=True,
            text=True,
            timeout=seconds,
        )
    except subprocess.TimeoutExpired:
        return None
    counted = {what: int(number) for number, what in re.findall(r"(\d+) (passed|failed|error)", done.stdout)}
    wrong = counted.get("failed", 0) + counted.get("error", 0)
    if done.returncode and not wrong:
        raise SystemExit(done.stdout + done.stderr)
    return counted.get("passed", 0), wrong, done.stdout


def main() -> None:
    """Fuzz until the time is over; exit code 1 when a property did not hold."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--seconds", type=float, default=600.0)
    parser.add_argument("--examples", type=int, default=300, help="inputs for each property in a round")
    parser.add_argument("--json", action="store_true")
    wanted = parser.parse_args()
    started = time.monotonic()
    figures = {"rounds": 0, "inputs": 0, "failures": 0}
    files = cycle(sorted((ROOT / "tests" / "trust").glob("test_fuzz*.py")))
    while (left := wanted.seconds - (time.monotonic() - started)) > 0:
        tests, seed = next(files), secrets.randbelow(2**32)
        result = one_round(tests, seed, wanted.examples, left)
        if result is None:
            break
        held, wrong, printed = result
        figures["rounds"] += 1
        figures["inputs"] += (held + wrong) * wanted.examples
        if wrong:
            figures["failures"] += 1
            print(f"{tests.name}, seed {seed}\n{printed}", file=sys.stderr)
    for name, value in figures.items():
        print(f"{name:<10}{value:>10}")
    if wanted.json:
        print(json.dumps(figures))
    if figures["failures"] or not figures["rounds"]:
        sys.exit(1)


if __name__ == "__main__":
    main()
