"""How the judge's grades compare with the person's own, over time."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any


def agreement_by_month(cases: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Agreement per month and judge, oldest first; cases that no judge had graded are left out.

    cases: rows of the kept overrides (at, judge, judge_grade, grade).  Each result: month, judge, cases, exact and
    within_one (shares 0..1), bias (mean of judge minus person, in grades; positive: the judge is too kind).
    """
    groups: dict[tuple[str, str], list[int]] = defaultdict(list)
    for case in cases:
        if case["judge_grade"] is not None:
            groups[case["at"][:7], case["judge"]].append(case["judge_grade"] - case["grade"])
    return [
        {
            "month": month,
            "judge": judge,
            "cases": len(gaps),
            "exact": sum(gap == 0 for gap in gaps) / len(gaps),
            "within_one": sum(abs(gap) <= 1 for gap in gaps) / len(gaps),
            "bias": sum(gaps) / len(gaps),
        }
        for (month, judge), gaps in sorted(groups.items())
    ]
