"""Generating a reply on a branch, token by token or with drafts."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from coach.errors import ContextFull, Stopped
from coach.llm.context import Logits, Token
from coach.llm.memory import Strand
from coach.llm.sampling import Chooser, Greedy, Sampler
from coach.llm.vocabulary import Utf8Pieces

if TYPE_CHECKING:
    from coach.llm.local import LlamaCppModel


def generate(
    model: "LlamaCppModel",
    trunk: Strand,
    prompt: Sequence[int],
    *,
    max_tokens: int,
    drafts: Sequence[str],
    temperature: float,
    seed: int,
) -> Iterator[str]:
    """The reply to `prompt` behind `trunk`, as text pieces. Ends early when the model is stopped."""
    chooser: Chooser = Sampler(temperature, seed) if temperature > 0 else Greedy()
    pieces = Utf8Pieces(model.vocabulary)
    try:
        with model.in_flight():
            for tokens in _tokens(model, trunk, prompt, max_tokens, chooser):
                if text := pieces.add(tokens):
                    yield text
    except Stopped:
        pass
    if text := pieces.finish():
        yield text


def _tokens(
    model: "LlamaCppModel", trunk: Strand, prompt: Sequence[int], max_tokens: int, chooser: Chooser
) -> Iterator[list[int]]:
    with model.working() as memory:
        room = memory.context.capacity - len(trunk.tokens) - len(prompt)
        if room < 1:
            raise ContextFull(
                f"{len(trunk.tokens)} + {len(prompt)} tokens fill the window of {memory.context.capacity}.",
                "Raise `context_tokens` under [llm].",
            )
        branch = memory.new(trunk.tokens)
        branch.tokens += prompt[:-1]
    try:
        pending = prompt[-1]
        for _ in range(min(max_tokens, room)):
            with model.working():
                row = _step(model, branch, pending)
                pending = chooser.choose(row)
            if model.vocabulary.ends_reply(pending):
                return
            yield [pending]
    finally:
        with model.locked():
            memory.drop(branch)


def _step(model: "LlamaCppModel", branch: Strand, token: int) -> Logits:
    memory = model.memory
    memory.stand(branch)
    at = len(branch.tokens)
    (row,) = memory.run([Token(token, at, (branch.sequence,), True)], [(branch.sequence, at)], branch)
    branch.tokens.append(token)
    branch.standing = at + 1
    return row
