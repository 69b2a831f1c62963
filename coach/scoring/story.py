"""The parts of a story told about oneself: situation, one's own action, a result with figures, a lesson."""

import re

PARTS = ("situation", "action", "result", "lesson")

_ASKS = {
    "lesson": r"\b(?:lessons?|learned|learnt|reflect\w*|next time|do differently|in hindsight|looking back)\b",
    "result": r"\b(?:results?|outcomes?|impact|measurable|ended|success)\b",
    "action": r"\b(?:own (?:responsib\w+|role|part|action)|candidate's|what they did|personally|took responsib\w+)\b",
    "situation": r"\b(?:situation|context|concrete|stakes|background|describes? (?:a|an|the) (?:real|specific))\b",
}
_TELLS = {
    "lesson": r"\b(?:learn(?:t|ed)|lesson|since then|next time|today i|these days|nowadays|taught me|now i|i now|"
    r"in hindsight|looking back|would do|from then on|ever since|i take (?:from|away)|takeaway)\b",
    "result": r"\d+(?:[.,]\d+)?\s*(?:%|percent|percentage|x\b|times|hours?|minutes?|days?|weeks?|k\b|€|\$|ms\b)"
    r"|[+-]\d|\b(?:from|to) \d"
    r"|\b(?:in the end|as a result|dropped|rose|fell|went (?:down|up)|reached|improved|saved|halved)\b",
    "action": r"\bi(?:'d| had| then| also| first)? (?!\w*(?:need|feed|speed|ceed|embed|seed)\b)"
    r"(?:[a-z]+ed|built|wrote|took|made|went|told|sat|ran|put|gave|set|"
    r"found|got|drew|held|cut|chose|spoke|brought|kept|led)\b",
    "situation": r"\b(?:last (?:year|spring|summer|autumn|winter|month)|(?:at|for|in) (?:my|our|a|an|the) [a-z-]+|"
    r"we had|was due|the team|deadline|project|customers?|months?|weeks?)\b",
}
_ASKED = {part: re.compile(_ASKS[part]) for part in PARTS}
_TOLD = {part: re.compile(_TELLS[part]) for part in PARTS}
ENOUGH = {"situation": 3, "action": 4, "result": 2, "lesson": 1}
"""Cues of a part from which on more of them say nothing."""


def asked_part(point: str) -> str:
    """The part of a story that a key point (canonical text) asks for; empty for a point about something else."""
    return next((part for part in reversed(PARTS) if _ASKED[part].search(point)), "")


def told(part: str, answer: str) -> float:
    """How clearly one of `PARTS` is told in the answer (canonical text), 0..1; 0 for no part."""
    return min(1.0, len(_TOLD[part].findall(answer)) / ENOUGH[part]) if part else 0.0
