"""Which question of a re-imported document is which question of the last import.

A question keeps its id, and with it its review history, through edits, moves and new numbering: by what its source
said last, then by a written id, by exact text, by an unchanged answer, by similar wording within the same document.
"""

import json
import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict
from difflib import SequenceMatcher
from hashlib import blake2b

from coach.bank.drafts import Draft
from coach.bank.text import slug
from coach.models import Question

SAME_WORDING = 0.75
"""Least similarity of two question texts, 0..1, to be taken for an edit of one another."""
SAME_PLACE_WORDING = 0.5
"""Least similarity when their answers are similar as well (`SAME_ANSWER`) or section and number are equal."""
SAME_ANSWER = 0.7
FEW_COMMON = 40
"""A word that more questions share does not nominate candidates: comparing every pair would take hours for 100,000."""


def draft_hash(draft: Draft) -> str:
    """128-bit BLAKE2b over what the document says; neither the line nor imported reviews count."""
    fields = asdict(draft)
    del fields["line"], fields["history"]
    return blake2b(json.dumps(fields, sort_keys=True).encode(), digest_size=16).hexdigest()


def plain(text: str) -> str:
    """The words of a text in small letters: what is compared."""
    return " ".join(re.findall(r"\w+", text.casefold()))


def matched(drafts: Sequence[Draft], known: Sequence[Question], said: Mapping[str, str]) -> dict[int, str]:
    """Ids of those drafts (by index) that are known questions; each known question is given away once.

    said: `draft_hash` of what each question was made from, by id: the person may have reworded all of it since.
    """
    found: dict[int, str] = {}
    left = {question.id: question for question in known}
    _match_exactly(drafts, left, found, lambda draft: (draft_hash(draft),), lambda known: (said[known.id],))
    for keys_of_draft, keys_of_known in _EXACT:
        _match_exactly(drafts, left, found, keys_of_draft, keys_of_known)
    _match_similar(drafts, left, found)
    return found


_EXACT = (
    (lambda draft: draft.written_id and (draft.written_id,), lambda known: (known.external_id or known.id,)),
    (lambda draft: draft.written_id and (draft.written_id,), lambda known: (known.id,)),
    (
        lambda draft: (plain(draft.text), draft.section, draft.external_id),
        lambda known: (plain(known.text), known.section, known.external_id),
    ),
    (lambda draft: (plain(draft.text), draft.section), lambda known: (plain(known.text), known.section)),
    (lambda draft: (plain(draft.text),), lambda known: (plain(known.text),)),
    (lambda draft: (plain(draft.answer),), lambda known: (plain(known.answer),)),
)


def _match_exactly(drafts, left, found, draft_key, known_key) -> None:  # type: ignore[no-untyped-def]
    """Pair equal keys in order; an empty key pairs with nothing."""
    if not left:
        return
    by_key: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for question in left.values():
        by_key[known_key(question)].append(question.id)
    for index, draft in enumerate(drafts):
        key = draft_key(draft)
        if index not in found and key and key[0] and by_key.get(key):
            found[index] = by_key[key].pop(0)
            del left[found[index]]


def _match_similar(drafts: Sequence[Draft], left: dict[str, Question], found: dict[int, str]) -> None:
    """Pair what is left by similarity, best pairs first."""
    open_drafts = [index for index in range(len(drafts)) if index not in found]
    if not open_drafts or not left:
        return
    by_word: dict[str, list[str]] = defaultdict(list)
    for question in left.values():
        for word in set(plain(question.text).split()):
            by_word[word].append(question.id)
    pairs = []
    for index in open_drafts:
        draft = drafts[index]
        words = set(plain(draft.text).split())
        nominated = {key for word in words if len(by_word[word]) <= FEW_COMMON for key in by_word[word]}
        for key in sorted(nominated):
            likeness = _likeness(draft, left[key])
            if likeness > 0:
                pairs.append((-likeness, index, key))
    for _, index, key in sorted(pairs):
        if index not in found and key in left:
            found[index] = key
            del left[key]


def _likeness(draft: Draft, known: Question) -> float:
    """How sure it is that one is an edit of the other, 0 (no) to 2."""
    wording = similarity(plain(draft.text), plain(known.text))
    if wording >= SAME_WORDING:
        return 1 + wording
    if wording < SAME_PLACE_WORDING:
        return 0.0
    same_place = bool(draft.external_id) and (draft.section, draft.external_id) == (known.section, known.external_id)
    answers = similarity(plain(draft.answer)[:2000], plain(known.answer)[:2000])
    return wording if answers >= SAME_ANSWER or (same_place and answers >= SAME_PLACE_WORDING) else 0.0


def similarity(one: str, other: str) -> float:
    """Share of words in common, in order, 0..1."""
    return SequenceMatcher(None, one.split(), other.split(), autojunk=False).ratio()


def fresh_id(draft: Draft, collection: str, taken: Collection[str], *, ours: bool) -> str:
    """An id that is not `taken`: a written one as it is in our own format, else `collection/words-of-the-question`."""
    if ours and draft.written_id and draft.written_id not in taken:
        return draft.written_id
    home = slug(collection) or "imported"
    words = slug(draft.written_id) if draft.written_id else slug(draft.text)
    stem = f"{home}/{words or blake2b(draft.text.encode(), digest_size=5).hexdigest()}"
    return next(name for name in _numbered(stem) if name not in taken)


def _numbered(stem: str) -> Iterable[str]:
    yield stem
    number = 2
    while True:
        yield f"{stem}-{number}"
        number += 1
