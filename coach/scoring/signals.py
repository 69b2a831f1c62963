"""Word-level signals between a key point and a piece of an answer: what embeddings blur, these keep apart.

Everything here works on canonical text (`coach.canonical`) and is free of models.
"""

import re
from collections.abc import Set as AbstractSet
from functools import lru_cache

WORD = re.compile(r"[^\W\d_][^\W_]*(?:[-'][^\W_]+)*|\d+(?:\.\d+)?")
NUMBER = re.compile(r"(?<![a-z0-9])\d+(?:[.,]\d+)*")
NEGATIONS = frozenset(
    """not no never without cannot can't don't doesn't isn't aren't won't didn't wasn't nothing none neither nor
    hardly""".split()
)
STOP_WORDS = frozenset(
    """a about after all also an and any are as at be because been before being between both but by can could
    did do does each else every few for from get give go had has have he her here him his how i if in
    instead into is it its itself just let like made make makes many may me might more most much must my
    nor now of off on one only or other our out over own per say should so some something such take than
    that the their them then there these they thing things this those through to too under up us use used
    uses using very was way we well were what when where which while who whose why will with within would
    you your""".split()
)
NUMBER_WORDS = {
    "zero": "0", "two": "2", "three": "3", "four": "4", "five": "5", "six": "6", "seven": "7", "eight": "8",
    "nine": "9", "ten": "10", "twice": "2", "half": "0.5", "hundred": "100", "thousand": "1000",
}  # fmt: skip
_OPPOSITES = """increase/decrease increases/decreases rise/fall rises/falls grow/shrink grows/shrinks higher/lower
    high/low more/less larger/smaller large/small bigger/smaller faster/slower fast/slow
    before/after first/last overfitting/underfitting overfit/underfit variance/bias precision/recall
    maximise/minimise maximize/minimize maximum/minimum max/min encoder/decoder
    supervised/unsupervised linear/nonlinear convex/concave upper/lower always/never row/column
    rows/columns left/right early/late sparse/dense mutable/immutable online/offline
    synchronous/asynchronous stable/unstable independent/dependent positive/negative add/remove
    adds/removes strong/weak easy/hard deterministic/stochastic parallel/sequential
    horizontal/vertical stateless/stateful forward/backward open/closed on/off true/false
    exploding/vanishing l1/l2 stack/queue train/test top/bottom read/write reads/writes
    allow/prevent allows/prevents symmetric/asymmetric shallow/deep long/short near/far
    static/dynamic local/global hot/cold input/output push/pull push/pop raise/lower raises/lowers
    up/down"""


def _opposites() -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for pair in _OPPOSITES.split():
        one, other = pair.split("/")
        found.setdefault(one, set()).add(other)
        found.setdefault(other, set()).add(one)
    return {word: frozenset(others) for word, others in found.items()}


OPPOSITES = _opposites()
COMMANDS = re.compile(
    "|".join(
        (
            r"(?:ignore|disregard|forget) (?:all|any|the|every|your|previous|prior)\b"
            r".{0,30}(?:instruction|rule|prompt|above)",
            r"(?:previous|prior|above|earlier) instructions (?:are|were|no longer|do not|don't|have been)\b",
            r"system ?(?:override|message:|note:)|\] ?system ?:|\[system (?:message|note|notice|override)",
            r"<\|\w|(?<![\w/])</?(?:im_|system>|assistant>|user>)|\[/?inst\]|### ?(?:system|instruction|response)s? ?:",
            r"(?<!\w)</?(?:grader|instruction|rubric|verdict)s?>|</?(?:answer|score|rubric|grading)_\w+>|</answer> ?<",
            r"(?:give|award|grant|deserve)\w*.{0,30}(?:full|maximum|perfect) (?:marks?|score|grade|points|credit)",
            r"\bfull marks\b|\b(?:top|highest|full|maximum|perfect) (?:possible )?(?:mark|grade)\b",
            r"\b(?:score|grade|rate|mark) (?:this|me|it|the answer|my answer) (?:(?:as|with|at|a|an) ){0,2}\W{0,3}"
            r"(?:5(?:\.0)?|five|100|10/10|10 out|a\+)(?!\w)",
            r"(?:score|grade|rating|mark)s? ?(?:is|of|:|=)? ?"
            r"(?:5(?:\.0)? ?(?:/|out of) ?5|5\.0|100 ?/ ?100|10 ?/ ?10|a\+)(?!\w)",
            r"\bscore\"? ?[:=] ?5(?![\d.])|(?:output|return|give|reply with) (?:a |the )?score (?:of )?(?:5|five|10)\b",
            r"(?:all|every|each)(?: of)?(?: the)? (?:key|rubric) (?:points?|items?) "
            r"(?:are|is|were|was|have been|as|has been|marked) (?:as )?(?:fully )?"
            r"(?:covered|met|correct|satisfied|yes|addressed|present)\b",
            r"mark (?:all|every|each|this|it|me|everything) (?:\w+ ){0,3}as (?:\w+ )?"
            r"(?:covered|correct|complete|full|passed|met|satisfied|yes|excellent|present|addressed|right)\b",
            r"as an? (?:grader|evaluator|examiner),|all points ?= ?covered",
            r"(?:dear|note to|attention) (?:the )?(?:grader|judge|evaluator|examiner|model|ai|llm)\b",
            r"(?:model|ai|llm|assistant) (?:that|who|which) (?:reads|grades|judges|scores|evaluates) this\b",
            r"you (?:are|must|should|will) now "
            r"(?:(?:a|an|the|in) (?:\w+ ){0,2}(?:grader|evaluator|assistant|judge|examiner|model|ai|mode)"
            r"|ignore|disregard|reply|respond|award|give|grade|score|mark)\b",
            r"\"(?:covered|verdict)\" ?: ?\"?(?:true|yes|covered|pass|1)\b",
            r"\bverdict ?[:=] ?(?:true|yes|covered|pass)\b|\bcovered ?[:=] ?(?:true|yes|all|1)\b",
            r"ignorier|vergiss alle|volle punktzahl|ignora (?:las|todas|le|tutte)|oublie|ignore[zr] (?:les|toutes)",
            r"instrucciones|anweisungen|instructions pr[eé]c[eé]dentes|puntuaci[oó]n m[aá]xima",
            r"忽略|满分|игнорируй|無視|تقييم|değerlendirme sistem",
            r"beoordelaar|correttore|correcteur|evaluador|prüfungsausschuss|punteggio massimo|nota m[aá]xima",
            r"(?:end|begin)[_ ](?:of[_ ])?(?:the[_ ])?"
            r"(?:candidate[_ ]?(?:answer|evaluation)|(?:answer|evaluation)[_ ](?:result|form)|grader)",
            r"(?:={2,}|-{2,}|_) ?(?:end|begin)[_ ](?:of[_ ])?(?:answer|evaluation|grader)\b",
            r"rubric[_ ](?:update|override)|\bgrader:|(?:note|notice|message) to evaluation|evaluation service notice",
            r"(?:note|reminder|message) (?:to|for) (?:the )?(?:\w+ ){0,2}(?:grader|scorer|rater|coach|evaluator)s?\b",
            r"(?:note|message) (?:to|for) (?:the )?(?:auto\w+ )?(?:reviewers?|review script) ?:",
            r"(?:grader|examiner|rater) (?:notes?|results?|config)\b|note to (?:the )?auto\w+ reviewer",
            r"self-assessment form|according to (?:the )?candidate\b|examination board|exam office",
            r"points?_awarded|assert grade\(|(?:grading|scoring) (?:policy|for this item)|grading bias",
            r"(?<!\w)\[(?:moderator|interviewer|rater)\b|(?<!\w)\[(?:score|decision) ?(?:[:\]]|locked|is)",
            r"the automated? (?:grader|scorer|reviewer|rater)\b",
        )
    )
)
"""Phrases that address a grader or a model, in the languages they were seen in. None of them may stand in code or in
what people say about scores, classes and evaluation."""

ABOUT_COMMANDS = re.compile(r"prompt.?inject|jailbreak|injected (?:text|instruction)")
"""In a question: its answers will quote such phrases."""


TEXTS_KEPT = 256
"""Texts whose stems and trigrams are remembered: an answer with its points. A text takes some ten kilobytes."""

WORDS_KEPT = 4096
"""Words whose stem is remembered: more than a question, its passages and an answer have."""

ENDINGS = (
    "izations isations ization isation ations ation nesses ments ness ment ings ing ities ity ies edly ed ers er es "
    "ly al s e y"
).split()
"""Longest first."""


@lru_cache(maxsize=WORDS_KEPT)
def stem(word: str) -> str:
    """A crude stem: enough to join plural, tense and adverb of one word."""
    for ending in ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 4:
            return word[: -len(ending)]
    return word


@lru_cache(maxsize=TEXTS_KEPT)
def stems(text: str) -> frozenset[str]:
    """Stems of the words that carry meaning."""
    return frozenset(
        stem(w)
        for w in WORD.findall(text)
        if w not in STOP_WORDS and w not in NEGATIONS and (len(w) > 1 or w.isdigit())
    )


@lru_cache(maxsize=TEXTS_KEPT)
def trigrams(text: str) -> frozenset[str]:
    """Letter trigrams inside the content words, so that typos and word endings cost little."""
    words = (f"_{w}_" for w in WORD.findall(text) if w not in STOP_WORDS)
    return frozenset(w[i : i + 3] for w in words for i in range(len(w) - 2))


def recall(wanted: AbstractSet[str], found: AbstractSet[str]) -> float:
    """Share of `wanted` that is in `found`; 0 when nothing is wanted."""
    return len(wanted & found) / len(wanted) if wanted else 0.0


def numbers(text: str) -> frozenset[str]:
    """Numbers in digits, number words included."""
    spelled = {NUMBER_WORDS[w] for w in WORD.findall(text) if w in NUMBER_WORDS}
    return frozenset(n.replace(",", "").rstrip(".") for n in NUMBER.findall(text)) | spelled


def is_negated(text: str) -> bool:
    """Whether a negation stands anywhere in the text."""
    return any(word in NEGATIONS or word.endswith("n't") for word in re.findall(r"[a-z']+", text.replace("’", "'")))


def opposed(point: str, piece: str) -> bool:
    """Whether the piece holds the opposite of a word of the point in that word's place."""
    mine, theirs = set(WORD.findall(point)), set(WORD.findall(piece))
    return any(OPPOSITES[w] & theirs and w not in theirs and not OPPOSITES[w] & mine for w in mine if w in OPPOSITES)


def looks_like_command(text: str, question: str = "") -> bool:
    """Whether the text addresses a grader or a model instead of the question."""
    return COMMANDS.search(text) is not None and not ABOUT_COMMANDS.search(question)


def prose_share(text: str) -> float:
    """Share of function words, 0..1; about 0.4 in prose, near 0 in lists of key words."""
    words = WORD.findall(text)
    return sum(word in STOP_WORDS or word in NEGATIONS for word in words) / len(words) if words else 0.0


def distinct_share(text: str) -> float:
    """Distinct words over words, 0..1; low when something is said again and again."""
    words = WORD.findall(text)
    return len(set(words)) / len(words) if words else 0.0
