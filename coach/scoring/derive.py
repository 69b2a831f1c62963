"""Key points made from a model answer when nobody wrote any: atomic statements, weighted by how central they are."""

import re
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from coach.canonical import canonical
from coach.models import KeyPoint
from coach.ports import Embedder
from coach.scoring import signals, story

MOST_POINTS = 8
FEWEST_WORDS = 4
LONGEST_JOIN_WORDS = 30
"""A sentence that leans on its predecessor ("This ...") is joined to it up to this length; short neighbours are, too,
when there are more statements than points."""

LONGEST_STATEMENT_WORDS = 24
"""Longer sentences are split where another main clause begins."""

LONGEST_LEAD_WORDS = 5
"""What stands before a colon up to this length ("Weak points: ...; ...") is repeated before every item after it."""

FEWEST_CLAUSE_WORDS = 5
SHORT_ANSWER_WORDS = 28
"""A model answer up to this length, code apart, is one statement already, unless it is a list."""

DUPLICATE_COSINE = 0.88

_CODE = re.compile(r"```.*?(?:```|\Z)", re.DOTALL)
_FENCE = re.compile(r"^\s*```.*$", re.MULTILINE)
_HEADING = re.compile(r"^\s{0,3}#{1,6}\s.*$", re.MULTILINE)
_QUOTED = re.compile(r"^\s*>\s+", re.MULTILINE)
_EMPHASIS = re.compile(r"(`+)(.+?)\1|(?<![\w*])([*_]{1,3})(?=\S)(.+?)(?<=\S)\3(?![\w*])")
"""Code between backticks stays as it is; a star or underscore inside a word or formula is no emphasis."""
_BULLET = re.compile(r"^\s*(?:[-*+•–]|\(?\d{1,2}[.)])\s+")
_ITEM = re.compile(rf"{_BULLET.pattern}\S", re.MULTILINE)
_SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[\"“(]?[A-Z0-9])")
_SEMICOLON = re.compile(r"(?<=;)\s+")
_SUBJECT = r"(?:the|an?|it|they|we|you|each|every|all|both|no|any|some|one|many|most|only|there)\s"
_CLAUSE = re.compile(
    rf"(?<=;)\s+|(?<=,)\s+(?=(?:and|but|so|while|whereas)\s{_SUBJECT})|(?<=\w:)\s+(?={_SUBJECT})", re.IGNORECASE
)
"""Where a main clause with a subject of its own begins; "and picks ..." goes on with the same one."""
_JOINT = re.compile(r"^(?:and|but|so|while|whereas)\s+", re.IGNORECASE)
_SUBORDINATE = re.compile(
    r"^(?:if|when|while|since|because|although|though|as|once|unless|after|before)\b", re.IGNORECASE
)
_LEANING = re.compile(
    r"^(?:this|that|these|those|it|its|they|their|such|both|here|there|then|so|also|but|and|or)\b",
    re.IGNORECASE,
)
STORY = (
    KeyPoint("Describes a specific situation: what happened, what was at stake and for whom.", 2, None, True),
    KeyPoint("Understands the other people's reasons and needs by asking and listening to them first.", 2, None, True),
    KeyPoint("Weighs the options and gives explicit reasons for the decision.", 2, None, True),
    KeyPoint(
        "Rests on evidence, such as data, an experiment or explicit criteria, rather than on opinion.", 2, None, True
    ),
    KeyPoint("Makes the candidate's own actions clear, step by step, and why each was taken.", 3, None, True),
    KeyPoint("Takes responsibility and owns mistakes honestly instead of blaming others.", 1, None, True),
    KeyPoint("Reports the result, ideally in numbers or as another measurable effect.", 3, None, True),
    KeyPoint("Reflects on what was learned and what changed afterwards.", 1, None, True),
)
"""What a complete story tells. The facts of a sample story are no points: every candidate has a story of their own."""
STORY_TOLD = 0.5
"""Two actions in the first person and the past tense: no explanation of the bank or of the graded answers has them."""

_FILLER = re.compile(
    r"^(?:in (?:summary|short|conclusion|practice|general)|overall|to sum up|for example|for instance|however|"
    r"therefore|moreover|furthermore|additionally|note that|of course|finally|first(?:ly)?|second(?:ly)?|third(?:ly)?|"
    r"fourth(?:ly)?|in addition),?\s+",
    re.IGNORECASE,
)


def points_of(model_answer: str, embedder: Embedder, *, most: int = MOST_POINTS) -> tuple[KeyPoint, ...]:
    """Derived key points, at most `most`, in the order of the text; empty for a text without statements.

    Weight 3 goes to the statements closest to the text as a whole, 1 to the remotest. A short answer is one point; a
    sample story gives what any story is expected to tell.
    """
    if story.told("action", canonical(model_answer)) >= STORY_TOLD:
        return STORY[:most]
    prose = _prose(model_answer)
    words = prose.split()
    if 0 < len(words) <= SHORT_ANSWER_WORDS and not _ITEM.search(model_answer):
        return (KeyPoint(" ".join(words), 3, None, True),)
    found = _joined(_by_block(prose), most)
    if not found:
        text = " ".join((words or _FENCE.sub("", model_answer).split())[:90])
        return (KeyPoint(text, 3, None, True),) if text else ()
    vectors = embedder.encode([canonical(text) for text in [*found, " ".join(found)]])
    central = vectors[:-1] @ vectors[-1]
    kept = chosen(vectors[:-1], central, most)
    weights = weights_of(central[kept])
    return tuple(KeyPoint(found[i], weight, None, True) for i, weight in zip(kept, weights, strict=True))


def statements(model_answer: str) -> list[str]:
    """Sentences and bullets that say something on their own; code and headings left out, leaning sentences joined."""
    return [statement for block in _by_block(_prose(model_answer)) for statement in block]


def _prose(model_answer: str) -> str:
    """The text without blocks of code, headings and emphasis, its lines kept."""
    return _plain(_QUOTED.sub("", _HEADING.sub("\n", _CODE.sub("\n", model_answer))))


def _plain(text: str) -> str:
    return _EMPHASIS.sub(lambda found: found[2] or _plain(found[4]), text)


def _by_block(prose: str) -> list[list[str]]:
    """The statements of every paragraph and bullet of `_prose`: a sentence never leans on another one's."""
    blocks: list[list[str]] = []
    for block in _blocks(prose):
        found: list[str] = []
        for sentence in (clause for whole in _SENTENCE.split(block) for clause in _clauses(whole)):
            sentence = _FILLER.sub("", sentence.strip())
            if not sentence:
                continue
            sentence = sentence[:1].upper() + sentence[1:]
            joined = f"{found[-1]} {sentence}" if found else ""
            if (
                joined
                and (_LEANING.match(sentence) or _is_fragment(sentence))
                and len(joined.split()) <= LONGEST_JOIN_WORDS
            ):
                found[-1] = joined
            elif not _is_fragment(sentence):
                found.append(sentence)
        blocks.append(found)
    return blocks


def _joined(blocks: list[list[str]], most: int) -> list[str]:
    """All statements; while there are more than `most`, the shortest two neighbours of a block become one."""
    while sum(map(len, blocks)) > most:
        pairs = [
            (len(one.split()) + len(other.split()), block, at)
            for block, found in enumerate(blocks)
            for at, (one, other) in enumerate(pairwise(found))
        ]
        words, block, at = min(pairs, default=(LONGEST_JOIN_WORDS + 1, 0, 0))
        if words > LONGEST_JOIN_WORDS:
            break
        blocks[block][at : at + 2] = [" ".join(blocks[block][at : at + 2])]
    return [statement for found in blocks for statement in found]


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
    """The sentence, cut at semicolons and, if it is long, where other main clauses begin that can stand alone."""
    border = _CLAUSE if len(sentence.split()) > LONGEST_STATEMENT_WORDS else _SEMICOLON
    head, colon, _ = sentence.partition(": ")
    lead = f"{head}: " if colon and ";" not in head and len(head.split()) <= LONGEST_LEAD_WORDS else ""
    parts = [""]
    for piece in border.split(sentence):
        if _can_end(parts[-1]) and len(piece.split()) >= FEWEST_CLAUSE_WORDS:
            parts.append(lead + _JOINT.sub("", piece))
        else:
            parts[-1] = f"{parts[-1]} {piece}".strip()
    return [*(f"{part.rstrip(' ,;:')}." for part in parts[:-1]), parts[-1]]


def _can_end(part: str) -> bool:
    """Whether this beginning of a sentence says something alone: long enough, no open bracket, no mere condition."""
    within = part.count("(") > part.count(")")
    condition = _SUBORDINATE.match(part) is not None and part.count(",") < 2
    return len(part.split()) >= FEWEST_CLAUSE_WORDS and not within and not condition


def _is_fragment(sentence: str) -> bool:
    return len(sentence.split()) < FEWEST_WORDS or len(signals.stems(canonical(sentence))) < 2 or sentence.endswith(":")
