"""Search by words alone: needs no encoder, no vectors and none of the libraries behind them, so it answers at once."""

from bisect import bisect_right
from collections.abc import Mapping
from itertools import accumulate, groupby

from coach.models import Passage, SearchHit
from coach.retrieval.lexical import match_expression, terms
from coach.retrieval.store import Filters, PassageHome

LEXICAL_CANDIDATES = 100
MOST_MATCHES = 2000
"""Documents that BM25 is computed for, some microsecond each, as long as rare words find so many."""


def lexical_scores(home: PassageHome, query: str, filters: Filters, k: int = 0) -> dict[str, float]:
    """BM25 scores by question id of the questions that share a word with the query, best first."""
    expression = match_expression(telling(home, terms(query)))
    if not expression:
        return {}
    return dict(home.passages.lexical(expression, max(LEXICAL_CANDIDATES, k), filters.conditions()))


def telling(home: PassageHome, words: list[str]) -> list[str]:
    """The words to look up: all of them in a small home, else the rarest, as many as find `MOST_MATCHES` documents.

    At least one that is found at all stays. In a large collection common words find a good part of it, and by
    inverse document frequency they hardly count beside a rare one.
    """
    store = home.passages
    if len(words) < 2 or store.documents() <= MOST_MATCHES:
        return words
    found = sorted((count, word) for word in words if (count := store.matches(match_expression([word]))))
    totals = list(accumulate(count for count, _ in found))
    kept = max(1, bisect_right(totals, MOST_MATCHES))
    return [word for _, word in found[:kept]]


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
