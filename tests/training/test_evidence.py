"""Marked passages belong to answers that are there, and the fit finds what tells right pieces from wrong ones."""

import json

import numpy as np

from coach.scoring.evidence import FEATURES
from coach.scoring.units import Unit
from training.evidence import Case, answer_key, fit, hits, in_any_order
from training.mixture import LABELLED, load


def test_every_marked_passage_stands_in_a_kept_answer() -> None:
    data = load()
    known = {(a.question_id, answer_key(a)): a for a in (*data.own, *data.own_held_out)}
    for line in (LABELLED / "evidence.jsonl").read_text(encoding="utf-8").splitlines():
        record = json.loads(line)
        answer = known[record["question_id"], record["answer"]]
        for index, passages in record["points"].items():
            assert int(index) < len(answer.points)
            assert all(0 <= start < end <= len(answer.text) for start, end in passages)


PIECES = [Unit(200 * i, 200 * i + 199, "") for i in range(5)]


def cases(kind: str, telling: str) -> list[Case]:
    """Three hundred points whose right piece of five is the one with the largest value of one feature."""
    chance = np.random.default_rng(3)
    found = []
    for _ in range(300):
        columns = chance.random((5, len(FEATURES)))
        column = columns[:, FEATURES.index(telling)]
        right = int(column.argmax())
        found.append(
            Case("q", kind, PIECES, columns, column == column.max(), [(PIECES[right].start, PIECES[right].end)])
        )
    return found


def test_the_fit_finds_the_feature_that_tells() -> None:
    seen, unseen = cases("concept", "letters")[:250], cases("concept", "letters")[250:]
    weights = fit(seen)
    assert FEATURES[int(weights.argmax())] == "letters"
    assert np.mean(hits(unseen, weights)) >= 0.7


def test_the_place_in_the_answer_counts_less_where_no_story_is_told() -> None:
    plain = cases("concept", "order")
    assert len(in_any_order(plain)) == 2 * len(plain)
    order = FEATURES.index("order")
    assert 0 < fit(in_any_order(plain))[order] < fit(plain)[order]
    stories = cases("behavioral", "order_story")
    assert in_any_order(stories) == stories
