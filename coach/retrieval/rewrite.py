"""What to look for in the middle of a conversation: a query that stands on its own.

The question alone finds passages about all of it; wanted is the passage on the one point that the answer missed.
"""

from collections.abc import Callable

from coach.retrieval.glossary import terms_named
from coach.retrieval.lexical import terms

LONGEST_WORDS = 60
"""A longer query says many things at once, and the encoder blurs them."""
TERMS_FROM_ANSWER = 3
Write = Callable[[str], str]
"""A capable model: from an instruction to its reply."""


def rewritten(question: str, missed_point: str = "", last_answer: str = "") -> str:
    """A query from the question and the point that was missed, or else the terms of the field that the answer used.

    The point stands first, since it decides which passage is meant. Beside a point the answer's terms do harm (mean
    reciprocal rank 0.800 instead of 0.808), and all of its words would carry its mistakes into the query.
    """
    if missed_point.strip():
        return _shortened(f"{missed_point.strip()} {question.strip()}")
    known = set(terms(question))
    said = [term for term in terms_named(last_answer) if not set(terms(term)) <= known]
    return _shortened(" ".join([question.strip(), *said[:TERMS_FROM_ANSWER]]))


def rewritten_by(write: Write, question: str, missed_point: str = "", last_answer: str = "") -> str:
    """The same by a language model; its reply is used only if it is one query about the same matter.

    write: asks a model that was found capable.  Anything else than a short reply sharing a word with question or point
    gives the rule-based query.
    """
    otherwise = rewritten(question, missed_point, last_answer)
    reply = write(
        "Write one search query, at most twenty words, that finds the passage explaining what the answer missed.\n"
        f"Question: {question}\nMissed: {missed_point}\nAnswer: {_shortened(last_answer)}\nQuery:"
    )
    lines = [line.strip(" \"'“”`") for line in reply.splitlines() if line.strip()]
    if len(lines) != 1 or len(lines[0].split()) > LONGEST_WORDS:
        return otherwise
    shares = set(terms(lines[0])) & set(terms(f"{question} {missed_point}"))
    return lines[0] if shares else otherwise


def _shortened(text: str) -> str:
    return " ".join(text.split()[:LONGEST_WORDS])
