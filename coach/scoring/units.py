"""Cuts an answer into the units that evidence is quoted from: sentences, bullets, clauses of long sentences."""

import re
from dataclasses import dataclass

LONGEST_UNIT_WORDS = 34
MOST_UNITS = 96
"""An endless ramble is cut into this many pieces at most; a 250-word answer has about 15."""

NEAR = 40
"""Characters on each side of a dash that are looked at."""

_SENTENCE_END = re.compile(r"(?<=[.!?;])\s+(?=\S)|\s+(?=(?:[-*•–]|\(?\d{1,2}[.)])\s+\S)|(?<=:)\s+(?=\S)")
_CLAUSE_END = re.compile(r"(?<=,)\s+|\s+(?=(?:but|whereas|while|because|so|which|then|and)\s)")
_NUMBER = re.compile(r"(?<!\S)\(?(\d{1,2})[.)]\s")
_TERM = re.compile(r"\w{1,2}|\S*[])}\d]|[\w.]+[(\[]\S*|\d\S*")
_ABBREVIATION = re.compile(r"(?:\b(?:e\.g|i\.e|etc|vs|cf|approx|resp|fig|eq|no)|^\(?\d{1,2}|^[-*•–])\.?$")


@dataclass(frozen=True, slots=True)
class Unit:
    """Characters start..end (end exclusive) of the text that was cut."""

    start: int
    end: int
    text: str


def cut(text: str) -> list[Unit]:
    """Units of `text` in order, without gaps that hold words. Nothing for a blank text."""
    units = [unit for sentence in _split(text, 0, _SENTENCE_END) for unit in _clauses(sentence)]
    return _thinned(text, _joined_fragments(text, units))


def windows(text: str, units: list[Unit], size: int = 2) -> list[Unit]:
    """Every run of `size` neighbouring units, for points that are spread over two sentences."""
    pairs = zip(units, units[size - 1 :], strict=False)
    return [Unit(first.start, last.end, text[first.start : last.end]) for first, last in pairs]


def _split(text: str, offset: int, border: re.Pattern[str]) -> list[Unit]:
    found: list[Unit] = []
    start = 0
    for match in border.finditer(text):
        if _ABBREVIATION.search(text[start : match.start()][-7:].strip()):
            continue
        if _is_operator(text, match) or _is_number(text, match):
            continue
        found.append(Unit(offset + start, offset + match.start(), text[start : match.start()]))
        start = match.end()
    found.append(Unit(offset + start, offset + len(text), text[start:]))
    return [unit for unit in found if unit.text.strip()]


def _is_operator(text: str, border: re.Match[str]) -> bool:
    """Whether a dash or star stands between two terms of code ("w - y[b]"), where it is no bullet."""
    if text[border.end()] not in "-*":
        return False
    near = text[max(0, border.start() - NEAR) : border.start()], text[border.end() + 1 : border.end() + NEAR]
    words = near[0].split()[-1:] + near[1].split()[:1]
    return len(words) == 2 and all(_TERM.fullmatch(word) for word in words)


def _is_number(text: str, border: re.Match[str]) -> bool:
    """Whether what looks like an item's number ends a sentence ("batches of 32. Larger ones"): items are counted."""
    item = _NUMBER.match(text, border.end())
    if item is None or text[border.start() - 1] in ".!?;:":
        return False
    number = int(item[1])
    at, neighbour = ((0, border.start()), number - 1) if number > 1 else ((border.end(), len(text)), 2)
    return all(int(other[1]) != neighbour for other in _NUMBER.finditer(text, *at))


def _clauses(sentence: Unit) -> list[Unit]:
    """The sentence itself, or its clauses put together to pieces of bearable length."""
    if len(sentence.text.split()) <= LONGEST_UNIT_WORDS:
        return [sentence]
    pieces = [
        piece
        for clause in _split(sentence.text, sentence.start, _CLAUSE_END)
        for piece in _hard_cut(clause, LONGEST_UNIT_WORDS)
    ]
    merged = [pieces[0]]
    for piece in pieces[1:]:
        last = merged[-1]
        if len(last.text.split()) + len(piece.text.split()) <= LONGEST_UNIT_WORDS * 2 // 3:
            merged[-1] = _span(sentence, last.start, piece.end)
        else:
            merged.append(piece)
    return merged


def _hard_cut(unit: Unit, words: int) -> list[Unit]:
    """Code and lists without punctuation still have to end somewhere."""
    starts = [match.start() for match in re.finditer(r"\S+", unit.text)][::words]
    ends = [*starts[1:], len(unit.text)]
    return [
        _span(unit, unit.start + a, unit.start + len(unit.text[:b].rstrip())) for a, b in zip(starts, ends, strict=True)
    ]


def _span(inside: Unit, start: int, end: int) -> Unit:
    return Unit(start, end, inside.text[start - inside.start : end - inside.start])


def _joined_fragments(text: str, units: list[Unit]) -> list[Unit]:
    """Headings and bullets of one or two words belong to what follows them."""
    joined: list[Unit] = []
    for unit in units:
        if joined and len(joined[-1].text.split()) < 3:
            joined[-1] = Unit(joined[-1].start, unit.end, text[joined[-1].start : unit.end])
        else:
            joined.append(unit)
    if len(joined) > 1 and len(joined[-1].text.split()) < 3:
        last = joined.pop()
        joined[-1] = Unit(joined[-1].start, last.end, text[joined[-1].start : last.end])
    return joined


def _thinned(text: str, units: list[Unit]) -> list[Unit]:
    """Neighbours merged evenly until at most `MOST_UNITS` are left."""
    if len(units) <= MOST_UNITS:
        return units
    step = -(-len(units) // MOST_UNITS)
    groups = [units[i : i + step] for i in range(0, len(units), step)]
    return [Unit(g[0].start, g[-1].end, text[g[0].start : g[-1].end]) for g in groups]
