"""Search by words alone: needs no encoder, no vectors and none of the libraries behind them, so it answers at once."""

from collections.abc import Mapping
from itertools import groupby

from coach.models import Passage, SearchHit
from coach.retrieval.lexical import match_expression, terms
from coach.retrieval.store import Filters, PassageHome

LEXICAL_CANDIDATES = 100


def lexical_scores(home: PassageHome, query: str, filters: Filters, k: int = 0) -> dict[str, float]:
    """BM25 scores by question id of the questions that share a word with the query, best first."""
    expression = match_expression(terms(query))
    if not expression:
        return {}
    return dict(home.passages.lexical(expression, max(LEXICAL_CANDIDATES, k), filters.conditions()))


def lexical_hits(home: PassageHome, query: str, scores: Mapping[str, float], k: int) -> list[SearchHit]:
    """The k questions of the highest scores, each with the answer passage that has the most words of the query."""
    order = sorted(scores, key=lambda key: (-scores[key], key))[:k]
    words = terms(query)
    rows = home.passages.passages_of(order)
    rows.sort(key=lambda row: row.question_id)
    shown: dict[str, Passage] = {}
    for key, group in groupby(rows, key=lambda row: row.question_id):
        if answers := [row for row in group if row.view == "answer"]:
            shown[key] = max(answers, key=lambda row: sum(row.text.lower().count(word) for word in words))
    return [
        SearchHit(key, scores[key], shown[key].text if key in shown else "", shown[key].id if key in shown else None)
        for key in order
    ]
