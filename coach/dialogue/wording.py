"""Follow-up questions and acknowledgements by rule, and the checks that generated ones have to pass.

Order of preference for a follow-up: the authored probe, a generated question that passed every check, a neutral one.
"""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from coach.models import KeyPoint, Question

MIN_WORDS, MAX_WORDS = 4, 40
LEAK_SHARE = 0.5
"""A follow-up that says more than this share of the point's own new words gives the point away."""

REPEAT_SHARE = 0.8
"""Two follow-ups that share more than this of their content words are the same question."""

_WORD = re.compile(r"[^\W_]+(?:[-'][^\W_]+)*")
STOP_WORDS = frozenset(
    """a about after all also an and any are as at be because been before being between but by can could did do does
    doing done each else every few for from get give go had has have having he her here him his how i if in instead into
    is it its just kind let like made make makes many may me might more most much must my no nor not now of off on one
    only or other our out over own per say should so some something such take than that the their them then there these
    they thing things this those through to too under up use used uses using very was way we well were what when where
    which while who why will with within without would you your""".split()
)


@dataclass(frozen=True, slots=True)
class Wording:
    """A sentence and where it came from: authored by a person, generated and checked, or made by rule."""

    text: str
    origin: str  # "authored", "model" or "rule"


def content_words(text: str) -> set[str]:
    """Lower-case words that carry meaning, cut to a common stem length so that plural and tense do not matter."""
    words = (word.lower() for word in _WORD.findall(text))
    return {_stem(word) for word in words if word not in STOP_WORDS and (len(word) > 1 or word.isdigit())}


def _stem(word: str) -> str:
    for ending in ("ations", "ation", "ings", "ing", "ies", "edly", "ed", "es", "s", "ly"):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return word[: -len(ending)]
    return word


def fault_of_follow_up(text: str, point: str, known: str, earlier: Collection[str] = ()) -> str | None:
    """Why a generated follow-up must not be asked, or None when it may.

    known: everything already on the table (question and answers); words in it give nothing away.
    earlier: what the coach has asked before in this attempt.
    """
    text = text.strip()
    words = _WORD.findall(text)
    if text.count("?") != 1 or not text.endswith("?"):
        return "not exactly one question"
    if re.search(r"[.!;:]\s+\S", text[:-1]) or "\n" in text:
        return "more than one sentence"
    if not MIN_WORDS <= len(words) <= MAX_WORDS:
        return f"{len(words)} words"
    mine, target, table = content_words(text), content_words(point), content_words(known)
    if not mine & (target | table):
        return "about something else"
    secret = target - table
    if secret and len(mine & secret) / len(secret) > LEAK_SHARE:
        return "gives the point away"
    if any(_same(mine, content_words(past)) for past in earlier):
        return "asked before"
    return None


def _same(one: set[str], other: set[str]) -> bool:
    smaller = min(len(one), len(other))
    return smaller > 0 and len(one & other) / smaller > REPEAT_SHARE


def neutral_follow_up(question: Question, point: KeyPoint, known: str) -> Wording:
    """A follow-up by rule for a point without a probe: names only what is on the table already."""
    shared = [word for word in _in_order(point.text) if _stem(word.lower()) in content_words(known)]
    if shared:
        return Wording(f"You mentioned {_listed(shared[:2])}: what more would you say about it here?", "rule")
    return Wording("There is another part to a complete answer: what have you not mentioned yet?", "rule")


def challenge(quote: str, follow_up: str) -> str:
    """Confront a false statement with the candidate's own words."""
    return f"You said “{shorten(quote, 300)}”. {follow_up}"


IN_PART = ("Part of that is on the point.", "There is something in that.", "That helps, in part.")
NOTHING_YET = ("Let us look at this from another side.", "Let us take a smaller step.", "Let us try something else.")


def acknowledge(points: Sequence[KeyPoint], quote: str | None, earlier: Collection[str] = ()) -> Wording:
    """One sentence saying what was right, by rule: never praise without ground, and not in the words of `earlier`."""
    if quote:
        return Wording(f"Right: “{shorten(quote, 140)}” is on the point.", "rule")
    sentences = IN_PART if points else NOTHING_YET
    return Wording(next((text for text in sentences if text not in earlier), sentences[-1]), "rule")


def fault_of_acknowledgement(text: str, covered: str, answer: str) -> str | None:
    """Why a generated acknowledgement must not be shown, or None when it may.

    It must be one plain sentence, ask nothing, and speak of what the candidate really said.
    """
    text = text.strip()
    if "?" in text or "\n" in text or re.search(r"[.!]\s+\S", text):
        return "not one statement"
    words = _WORD.findall(text)
    if not MIN_WORDS <= len(words) <= 30:
        return f"{len(words)} words"
    mine, said = content_words(text), content_words(answer)
    if not mine & content_words(covered) & said:
        return "not about what was said"
    if len(mine - said - content_words(covered) - ACKNOWLEDGING) > 2:
        return "says more than the candidate did"
    if re.search(r"\b(?:score|grade|points?|perfect|excellent|wrong|incorrect|missing|missed)\b", text, re.IGNORECASE):
        return "gives a verdict"
    return None


ACKNOWLEDGING = content_words("right correct yes good you said mention explain point noted clear answer key idea")
"""Words an acknowledgement may add to what the candidate said."""


def shorten(text: str, limit: int) -> str:
    """Fold white space and cut to at most `limit` characters: behind a sentence, else at a word, with an ellipsis."""
    text = " ".join(text.split())
    if len(text) <= limit:
        return text
    ends = [found.end() for found in re.finditer(r"[.!?](?=\s)", text[: limit + 1])]
    return text[: ends[-1]] if ends and ends[-1] > limit / 4 else text[: limit - 1].rsplit(" ", 1)[0] + "…"


def _in_order(text: str) -> list[str]:
    seen: dict[str, str] = {}
    for word in _WORD.findall(text):
        if word.lower() not in STOP_WORDS and len(word) > 2:
            seen.setdefault(_stem(word.lower()), word)
    return list(seen.values())


def _listed(words: Sequence[str]) -> str:
    return " and ".join(f"“{word.lower() if not word.isupper() else word}”" for word in words)
