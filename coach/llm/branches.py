"""Side questions on a trunk, all in one batch, answered by logits: no text is generated, so none can be malformed."""

from collections.abc import Sequence

import numpy as np

from coach.errors import ContextFull
from coach.llm.context import Logits, Token
from coach.llm.memory import KvMemory, Strand


def word_logits(memory: KvMemory, trunk: Strand, branches: Sequence[Sequence[int]], words: Sequence[int]) -> Logits:
    """Logits of `words` (token ids) as the next token after the trunk and each branch (token lists, none empty).

    Returns (len(branches), len(words)) float32. Branches that do not fit together are evaluated in several batches.
    Raises ContextFull when one alone does not fit behind the trunk.
    """
    result = np.empty((len(branches), len(words)), np.float32)
    room = memory.context.capacity - len(trunk.tokens)
    start = 0
    while start < len(branches):
        count = _how_many(branches[start:], room, memory.free_sequences)
        result[start : start + count] = _together(memory, trunk, branches[start : start + count], words)
        start += count
    return result


def _how_many(branches: Sequence[Sequence[int]], room: int, sequences: int) -> int:
    used = 0
    for count, branch in enumerate(branches):
        used += len(branch)
        if used > room or count >= sequences:
            if count == 0:
                raise ContextFull(
                    f"A side question of {len(branch)} tokens does not fit: {room} are left in the window.",
                    "Raise `context_tokens` under [llm].",
                )
            return count
    return len(branches)


def _together(memory: KvMemory, trunk: Strand, branches: Sequence[Sequence[int]], words: Sequence[int]) -> list[Logits]:
    """`words` of each branch's last row. What all branches begin with is evaluated once, for all of them."""
    columns = list(words)
    shared = common_beginning(branches)
    with memory.branches(trunk, len(branches)) as sequences:
        at = len(trunk.tokens)
        batch = [Token(id, at + i, tuple(sequences)) for i, id in enumerate(branches[0][:shared])]
        for sequence, branch in zip(sequences, branches, strict=True):
            last = len(branch) - 1
            batch += [Token(branch[i], at + i, (sequence,), i == last) for i in range(shared, len(branch))]
        return memory.run(batch, [(sequence, at) for sequence in sequences], trunk, lambda row: row[columns])


def common_beginning(branches: Sequence[Sequence[int]]) -> int:
    """How many tokens all branches begin with, leaving each at least one of its own."""
    if len(branches) < 2:
        return 0
    shortest = min(len(branch) for branch in branches) - 1
    for i in range(shortest):
        if any(branch[i] != branches[0][i] for branch in branches):
            return i
    return shortest
