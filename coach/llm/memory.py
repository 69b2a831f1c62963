"""Which token sequences stand in KV memory, and how to bring one in at the lowest cost.

A `Strand` is a list of tokens that ought to stand there. Bringing it in copies the longest beginning that any other
strand already has (llama.cpp shares those cells, nothing is computed) and evaluates only the rest. When the memory is
full, the strand used longest ago gives its cells up and is evaluated again if it is ever needed.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TypeVar

from coach.errors import ContextFull
from coach.llm.context import Context, Logits, NoRoom, Token

T = TypeVar("T")


@dataclass(eq=False, slots=True)
class Strand:
    """tokens: what it holds.  standing: how many of them, from the first, are in KV memory under `sequence`."""

    sequence: int
    tokens: list[int] = field(default_factory=list)
    standing: int = 0


class KvMemory:
    """The strands of one context."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self._free = list(range(context.settings.sequences))
        self._strands: list[Strand] = []  # used longest ago first

    def new(self, tokens: Sequence[int] = ()) -> Strand:
        """A strand that holds `tokens` but does not stand yet. Raises ContextFull when too many are open."""
        if not self._free:
            raise ContextFull(
                f"{len(self._strands)} interviews are open in one model.", "Close some of them."
            )  # pragma: no cover - trunks close with their attempt
        strand = Strand(self._free.pop(), list(tokens))
        self._strands.append(strand)
        return strand

    def drop(self, strand: Strand) -> None:
        """Give a strand's memory and sequence number back."""
        if strand in self._strands:
            self._strands.remove(strand)
            self.context.cut(strand.sequence)
            self._free.append(strand.sequence)

    def stand(self, strand: Strand) -> int:
        """Bring all tokens of a strand into memory; return how many had to be evaluated.

        Raises ContextFull when even an otherwise empty memory is too small, Stopped when stopped on the way; what was
        evaluated until then stays.
        """
        self._touch(strand)
        if strand.standing == len(strand.tokens):  # as at every token of a reply
            return 0
        self._borrow(strand)
        begun, step = strand.standing, self.context.settings.batch_tokens
        while (at := strand.standing) < len(strand.tokens):
            part = strand.tokens[at : at + step]
            batch = [Token(id, at + i, (strand.sequence,)) for i, id in enumerate(part)]
            self.run(batch, [(strand.sequence, at)], strand, len)
            strand.standing = at + len(part)
        return strand.standing - begun

    def put(self, strand: Strand, state: bytes) -> bool:
        """Fill an empty strand with a saved state of all its tokens; False when it does not fit or is refused."""
        if strand.standing or not self.context.restore(strand.sequence, state, len(strand.tokens)):
            self.context.cut(strand.sequence, strand.standing)
            return False
        strand.standing = len(strand.tokens)
        return True

    def run(
        self,
        tokens: Sequence[Token],
        restore: Sequence[tuple[int, int]],
        keep: Strand,
        read: Callable[[Logits], T],
    ) -> list[T]:
        """Evaluate tokens, making room by giving up strands other than `keep`; return `read(row)` of each wanted row.

        restore: (sequence, length) to cut back to when it fails, so that memory never holds half a batch.
        """
        while True:
            try:
                return self.context.evaluate(tokens, read)
            except BaseException as error:
                for sequence, length in restore:
                    self.context.cut(sequence, length)
                if not isinstance(error, NoRoom) or not self._give_up_one(keep):
                    raise

    @contextmanager
    def branches(self, trunk: Strand, count: int) -> Iterator[list[int]]:
        """Sequence numbers of `count` branches that see the whole trunk; thrown away on leaving."""
        self.stand(trunk)
        if count > len(self._free):
            raise ContextFull(f"{count} branches at once are more than the {len(self._free)} that are free.")
        sequences = [self._free.pop() for _ in range(count)]
        try:
            for sequence in sequences:
                self.context.share(trunk.sequence, sequence, trunk.standing)
            yield sequences
        finally:
            for sequence in sequences:
                self.context.cut(sequence)
                self._free.append(sequence)

    @property
    def free_sequences(self) -> int:
        """How many branches could stand at once."""
        return len(self._free)

    def shorten(self, strand: Strand, length: int) -> None:
        """Keep only the first `length` tokens of a strand."""
        del strand.tokens[length:]
        if strand.standing > length:
            self.context.cut(strand.sequence, length)
            strand.standing = length

    def _touch(self, strand: Strand) -> None:
        self._strands.remove(strand)
        self._strands.append(strand)

    def _borrow(self, strand: Strand) -> None:
        """Take over the longest beginning that another strand already has, if that is more than stands here."""
        donor = max(self._strands, key=lambda other: _shared(other.tokens[: other.standing], strand.tokens))
        length = _shared(donor.tokens[: donor.standing], strand.tokens)
        if donor is not strand and length > strand.standing:
            self.context.cut(strand.sequence)
            self.context.share(donor.sequence, strand.sequence, length)
            strand.standing = length

    def _give_up_one(self, keep: Strand) -> bool:
        for strand in self._strands:
            if strand is not keep and strand.standing:
                self.context.cut(strand.sequence)
                strand.standing = 0
                return True
        return False


def _shared(a: Sequence[int], b: Sequence[int]) -> int:
    """Length of the common beginning."""
    length = min(len(a), len(b))
    if a[:length] == b[:length]:
        return length
    return next(i for i in range(length) if a[i] != b[i])
