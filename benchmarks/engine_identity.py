"""Whether greedy replies with drafts are those without."""

from itertools import zip_longest
from typing import Any

import numpy as np

from benchmarks.engine_texts import HELPFUL, ROOT
from benchmarks.engine_timing import Raw
from coach.llm.generation import Reply
from coach.llm.local import LlamaCppModel
from coach.llm.sampling import Greedy


class Margins(Greedy):
    """Greedy, and by how much each choice beat the second best."""

    def __init__(self) -> None:
        self.margins: list[float] = []

    def choose(self, row: Any) -> int:
        """The likeliest token."""
        second, first = np.partition(row, -2)[-2:]
        self.margins.append(float(first - second))
        return super().choose(row)


def greedy_reply(model: LlamaCppModel, text: str, *, speculation: bool) -> tuple[list[int], list[float]]:
    """Tokens of a greedy reply and, without drafts, the margin of each."""
    model.speculation, chooser = speculation, Margins()
    trunk = model.trunk(HELPFUL, text)
    reply = Reply(model, trunk._strand, model.suffix, chooser, [])
    tokens = [token for batch in reply.tokens(48) for token in batch]
    reply.close()
    trunk.close()
    model.speculation = True
    return tokens, chooser.margins


def identity(model: LlamaCppModel, count: int) -> Raw:
    """Share of equal greedy replies to questions of the bank, half of them asking for a quotation."""
    headings = [
        line[3:]
        for path in sorted((ROOT / "corpus").glob("*/*.md"))
        for line in path.read_text("utf-8").splitlines()
        if line.startswith("## ")
    ]
    exact = near_ties = 0
    for i in range(count):
        text = headings[i * 7 % len(headings)]
        if i % 2:
            text = f"Text: {text}\nCopy: {text}\n\nText: {text} {text}\nCopy:"
        (plain, margins), (drafted, _) = (greedy_reply(model, text, speculation=on) for on in (False, True))
        # Where one of them ends, the other may go on: a choice between an end and a token, with a margin as any other.
        differs = next((k for k, (a, b) in enumerate(zip_longest(plain, drafted)) if a != b), None)
        exact += differs is None
        near_ties += differs is not None and margins[differs] < model.tie_band
    return {"replies": count, "exact": exact, "near_ties": near_ties, "spec_identical": (exact + near_ties) / count}
