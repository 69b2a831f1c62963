"""Generating the reply to one branch, with guessed tokens checked several at a time where that pays."""

import time
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from coach.errors import ContextFull, Stopped
from coach.llm.context import Logits, Token
from coach.llm.memory import Strand
from coach.llm.sampling import Chooser, Greedy, Sampler
from coach.llm.speculate import Drafting
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
    with model.in_flight():
        reply = Reply(model, trunk, prompt, chooser, drafts)
        try:
            for tokens in reply.tokens(max_tokens):
                if text := pieces.add(tokens):
                    yield text
        except Stopped:
            pass
        finally:
            reply.close()


class Reply:
    """One reply in progress, on a sequence of its own that sees the trunk."""

    def __init__(
        self, model: "LlamaCppModel", trunk: Strand, prompt: Sequence[int], chooser: Chooser, drafts: Sequence[str]
    ) -> None:
        self._model = model
        self._chooser = chooser
        self._room = model.context_tokens - len(trunk.tokens) - len(prompt)
        if self._room < 1:
            raise ContextFull(
                f"{len(trunk.tokens)} + {len(prompt)} tokens fill the window of {model.context_tokens}.",
                "Raise `context_tokens` under [llm].",
            )
        with model.locked() as memory:
            self._branch = memory.new([*trunk.tokens, *prompt[:-1]])
        self._pending = prompt[-1]
        self._alone = False  # the next token is to be evaluated by itself
        passages = [model.vocabulary.data(text) for text in drafts]
        self.drafting: Drafting | None = None
        if model.speculation:
            self.drafting = Drafting([*passages, [*trunk.tokens, *prompt]], model.step_costs, model.draft_model)

    def tokens(self, most: int) -> Iterator[list[int]]:
        """Batches of new tokens until the reply ends, `most` tokens are out, or the window is full."""
        left = min(most, self._room)
        while left > 0:
            with self._model.working():
                new = self._step(left)
            ended = next((i for i, token in enumerate(new) if self._model.vocabulary.ends_reply(token)), None)
            yield new[:ended]
            if ended is not None:
                return
            left -= len(new)

    def close(self) -> None:
        """Throw the branch away."""
        with self._model.locked() as memory:
            memory.drop(self._branch)

    def _step(self, most: int) -> list[int]:
        """Evaluate the pending token and a draft; return the tokens certain now, possibly none in case of a tie."""
        draft: list[int] = []
        self._model.memory.stand(self._branch)
        if self.drafting and not self._alone:
            draft = self.drafting.draft([*self._branch.tokens, self._pending], most - 1)
        started = time.perf_counter()
        new = self._check(draft)
        seconds = time.perf_counter() - started
        if self.drafting:
            self.drafting.seen(new, len(draft), seconds)
        return new

    def _check(self, draft: Sequence[int]) -> list[int]:
        branch, at = self._branch, len(self._branch.tokens)
        batch = [Token(id, at + i, (branch.sequence,), True) for i, id in enumerate([self._pending, *draft])]
        checked = _Checked(self._chooser, draft, self._model.tie_band if len(draft) else 0.0)
        self._model.memory.run(batch, [(branch.sequence, at)], branch, checked.read)
        new, self._alone = checked.new, checked.tied
        # The last token is pending: not evaluated yet, or, where its row was a tie, to be evaluated again by itself.
        *kept, self._pending = [self._pending, *new]
        branch.tokens += kept
        branch.standing = len(branch.tokens)
        if len(kept) < len(batch):
            self._model.context.cut(branch.sequence, branch.standing)
        return new


class _Checked:
    """Reads the rows of one batch in order and keeps the agreeing beginning of the draft.

    tied: a row was too close to call, because batches of different sizes round differently; the tokens before it are
    certain, and the last of them has to be evaluated again by itself, as it is without drafts.
    """

    def __init__(self, chooser: Chooser, draft: Sequence[int], tie_band: float) -> None:
        self._chooser = chooser
        self._draft = list(draft)
        self._tie_band = tie_band
        self._row = 0
        self._over = False
        self.new: list[int] = []
        self.tied = False

    def read(self, row: Logits) -> None:
        """Decide on the token after the next row."""
        if self._over:
            return
        i, self._row = self._row, self._row + 1
        if self._tie_band and self._chooser.too_close(row, self._tie_band):
            self.tied = self._over = True
        elif i < len(self._draft):
            taken, token = self._chooser.check(row, self._draft[i])
            self.new.append(token)
            self._over = not taken
        else:
            self.new.append(self._chooser.choose(row))
