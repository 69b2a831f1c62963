"""Key points made from a model answer when nobody wrote any: atomic statements, weighted by how central they are."""

import re
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from coach.canonical import canonical
from coach.models import KeyPoint
from coach.ports import Embedder
from coach.scoring import signals

MOST_POINTS = 8
FEWEST_WORDS = 4
LONGEST_JOIN_WORDS = 30
"""A sentence that leans on its predecessor ("This ...") is joined to it up to this length."""

LONGEST_STATEMENT_WORDS = 22
"""Longer sentences are split where another main clause begins."""

FEWEST_CLAUSE_WORDS = 6
SHORT_ANSWER_WORDS = 28
"""A model answer up to this length is one statement already."""

DUPLICATE_COSINE = 0.88

_CODE = re.compile(r"```.*?(?:```|\Z)", re.DOTALL)
_HEADING = re.compile(r"^\s{0,3}#{1,6}\s.*$", re.MULTILINE)
_MARKUP = re.compile(r"^\s*>\s+|[*_`]{1,3}(?=\S)|(?<=\S)[*_`]{1,3}", re.MULTILINE)
_BULLET = re.compile(r"^\s*(?:[-*+•–]|\(?\d{1,2}[.)])\s+")
_SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[\"“(]?[A-Z0-9])|(?<=;)\s+")
_CLAUSE = re.compile(r"(?<=[;:])\s+|(?<=,)\s+(?=(?:and|but|so|while|because|whereas|since|or)\s)")
_JOINT = re.compile(r"^(?:and|but|so|while|whereas)\s+", re.IGNORECASE)
_LEANING = re.compile(
    r"^(?:this|that|these|those|it|its|they|their|such|both|here|there|then|so|also|but|and|or)\b",
    re.IGNORECASE,
)
_FILLER = re.compile(
    r"^(?:in (?:summary|short|conclusion|practice|general)|overall|to sum up|for example|for instance|however|"
    r"therefore|moreover|furthermore|additionally|note that|of course|finally|first(?:ly)?|second(?:ly)?|third(?:ly)?|"
    r"in addition),?\s+",
    re.IGNORECASE,
)


def points_of(model_answer: str, embedder: Embedder, *, most: int = MOST_POINTS) -> tuple[KeyPoint, ...]:
    """Derived key points, at most `most`, in the order of the text; empty for a text without statements.

    Weight 3 goes to the statements closest to the text as a whole, 1 to the remotest. A short answer is one point.
    """
    if len(model_answer.split()) <= SHORT_ANSWER_WORDS and model_answer.strip():
        return (KeyPoint(" ".join(model_answer.split()), 3, None, True),)
    found = statements(model_answer)
    if not found:
        text = " ".join(model_answer.split()[:90])
        return (KeyPoint(text, 3, None, True),) if text else ()
    vectors = embedder.encode([canonical(text) for text in [*found, " ".join(found)]])
    central = vectors[:-1] @ vectors[-1]
    kept = chosen(vectors[:-1], central, most)
    weights = weights_of(central[kept])
    return tuple(KeyPoint(found[i], weight, None, True) for i, weight in zip(kept, weights, strict=True))


def statements(model_answer: str) -> list[str]:
    """Sentences and bullets that say something on their own; code and headings left out, leaning sentences joined."""
    text = _MARKUP.sub("", _HEADING.sub("\n", _CODE.sub("\n", model_answer)))
    found: list[str] = []
    for block in _blocks(text):
        fresh = True  # a sentence never leans on another paragraph or bullet
        for sentence in (clause for whole in _SENTENCE.split(block) for clause in _clauses(whole)):
            sentence = _FILLER.sub("", sentence.strip()).rstrip(";")
            if not sentence:
                continue
            joined = f"{found[-1]} {sentence}" if found and not fresh else ""
            if (
                joined
                and (_LEANING.match(sentence) or _is_fragment(sentence))
                and len(joined.split()) <= LONGEST_JOIN_WORDS
            ):
                found[-1] = joined
            elif not _is_fragment(sentence):
                found.append(sentence[:1].upper() + sentence[1:])
                fresh = False
    return found


def chosen(vectors: npt.NDArray[np.float32], central: npt.NDArray[np.float32], most: int) -> list[int]:
    """Indices of the statements to keep, ascending: most central first, near repetitions left out."""
    kept: list[int] = []
    for i in np.argsort(-central, kind="stable"):
        if len(kept) < most and all(float(vectors[i] @ vectors[j]) < DUPLICATE_COSINE for j in kept):
            kept.append(int(i))
    return sorted(kept)


def weights_of(central: npt.NDArray[np.float32]) -> list[int]:
    """The most central third weighs 3, the remotest third 1, ranks decide."""
    ranks = np.empty(len(central), int)
    ranks[np.argsort(-central, kind="stable")] = np.arange(len(central))
    return [3 if 3 * rank < len(central) else 2 if 3 * rank < 2 * len(central) else 1 for rank in ranks]


def _blocks(text: str) -> Sequence[str]:
    """Paragraphs with their lines joined; every bullet is a block of its own."""
    blocks: list[str] = []
    for paragraph in re.split(r"\n\s*\n", text):
        current: list[str] = []
        for line in paragraph.splitlines():
            if _BULLET.match(line):
                blocks.append(" ".join(current))
                current = [_BULLET.sub("", line).strip()]
            else:
                current.append(line.strip())
        blocks.append(" ".join(current))
    return [block for block in blocks if block.strip()]


def _clauses(sentence: str) -> list[str]:
    """The sentence, or its main clauses when it is long and each of them can stand alone."""
    if len(sentence.split()) <= LONGEST_STATEMENT_WORDS:
        return [sentence]
    parts = [""]
    for piece in _CLAUSE.split(sentence):
        if len(parts[-1].split()) >= FEWEST_CLAUSE_WORDS:
            parts.append(piece)
        else:
            parts[-1] = f"{parts[-1]} {piece}".strip()
    if len(parts) > 1 and len(parts[-1].split()) < FEWEST_CLAUSE_WORDS:
        last = parts.pop()
        parts[-1] = f"{parts[-1]} {last}"
    return [_JOINT.sub("", part).strip(" ,;:") for part in parts]


def _is_fragment(sentence: str) -> bool:
    return (
        len(sentence.split()) < FEWEST_WORDS
        or len(signals.stems(canonical(sentence))) < 2
        or sentence.endswith(":")
    )
