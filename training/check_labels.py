"""Check files of graded answers: ``python -m training.check_labels FILES``.

Prints one line per problem and exits with status 1 if there is any, so that a wrong label stops a training run.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

KINDS = {"concept", "coding", "system_design", "behavioral"}
LEVELS = "ABCDEF"
SUBTYPES = {"injection", "keyword_stuffing", "off_topic", "repeat_question", "non_answer"}
COVERAGE = {-1, 0, 0.5, 1}
ANSWERS_PER_QUESTION = 6
# A score may leave the weighted coverage for clarity or false claims, but not lose touch with it.
MAX_RAISE, MAX_CUT = 0.8, 1.3

Record = dict[str, Any]


def coverage_score(weights: list[int], covered: list[float]) -> float:
    """Return the weighted coverage on the scale 0 to 5; a contradicted point counts as missing."""
    return 5 * sum(w * max(c, 0) for w, c in zip(weights, covered, strict=True)) / sum(weights)


def check_points(record: Record) -> Iterator[str]:
    """Yield the problems of the key points of one question."""
    if not record["key_points"]:
        yield "no key points"
    for i, point in enumerate(record["key_points"]):
        if not point["text"].strip() or point["weight"] not in (1, 2, 3):
            yield f"key point {i}: empty text or weight outside 1..3"
        if not point.get("probe", "?").strip().endswith(("?", ".", ")")):
            yield f"key point {i}: the probe is not a sentence"


def check_followups(answer: Record) -> Iterator[str]:
    """Yield the problems of the follow-ups: two for C and D, aimed at points not fully covered."""
    followups = answer.get("good_followups")
    if (answer["level"] in "CD") != (followups is not None):
        yield "follow-ups belong to C and D only"
    for followup in followups or []:
        targets = followup["targets"]
        if not targets or not followup["text"].strip():
            yield "follow-up without target or text"
        if any(not 0 <= t < len(answer["covered"]) or answer["covered"][t] == 1 for t in targets):
            yield f"follow-up targets {targets} are out of range or covered already"
    if followups is not None and len(followups) != 2:
        yield f"{len(followups)} follow-ups, not 2"


def check_answer(answer: Record, weights: list[int]) -> Iterator[str]:
    """Yield the problems of one answer."""
    covered, score = answer["covered"], answer["score"]
    if answer["level"] not in LEVELS or not answer["text"].strip():
        yield "unknown level or empty text"
    if (answer["level"] == "F") != (answer.get("subtype") in SUBTYPES):
        yield "a known subtype belongs to F and to F only"
    if len(covered) != len(weights) or not set(covered) <= COVERAGE:
        yield f"covered {covered} does not fit {len(weights)} key points"
        return
    if not 0 <= score <= 5 or round(score, 1) != score:
        yield f"score {score} is not 0.0..5.0 with one decimal"
    base = coverage_score(weights, covered)
    if not base - MAX_CUT <= score <= base + MAX_RAISE:
        yield f"score {score} is far from the coverage, {base:.2f}"
    yield from check_followups(answer)


def check_record(record: Record) -> Iterator[str]:
    """Yield the problems of one question with its answers."""
    if record["kind"] not in KINDS or not record["question"].strip() or not record["reference"].strip():
        yield "unknown kind, or empty question or reference"
    yield from check_points(record)
    weights = [point["weight"] for point in record["key_points"]]
    levels = [answer["level"] for answer in record["answers"]]
    if len(levels) != ANSWERS_PER_QUESTION or levels != sorted(levels):
        yield f"levels {levels} are not {ANSWERS_PER_QUESTION} in ascending order"
    for i, answer in enumerate(record["answers"]):
        for problem in check_answer(answer, weights):
            yield f"answer {i} ({answer['level']}): {problem}"


def check_duplicates(records: list[tuple[str, Record]]) -> Iterator[str]:
    """Yield ids, questions and answers that occur twice, in whichever file they stand."""
    for what, values in {
        "id": [record["id"] for _, record in records],
        "question": [record["question"].strip().lower() for _, record in records],
        "answer": [a["text"].strip().lower() for _, record in records for a in record["answers"]],
    }.items():
        for value, count in Counter(values).items():
            if count > 1:
                yield f"{what} occurs {count} times: {value[:60]!r}"


def read(path: Path) -> list[tuple[str, Record]]:
    """Return the records of a JSON-lines file, each with its place ``file:line``."""
    lines = path.read_text(encoding="utf-8").strip("\n").split("\n")
    return [(f"{path.name}:{n}", json.loads(line)) for n, line in enumerate(lines, 1)]


def problems(paths: list[Path]) -> list[str]:
    """Return one line per problem found in the files together."""
    records = [entry for path in paths for entry in read(path)]
    found = []
    for place, record in records:
        try:
            found += [f"{place} {record['id']}: {problem}" for problem in check_record(record)]
        except KeyError as missing:
            found.append(f"{place}: field {missing} is missing")
    return found or list(check_duplicates(records))


def main() -> int:
    """Check the files named on the command line."""
    found = problems([Path(name) for name in sys.argv[1:]])
    print("\n".join(found) or "no problems")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
