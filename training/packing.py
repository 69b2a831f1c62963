"""Token sequences for training: a trunk, its branches, and the mask that keeps branches from seeing one another."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt

from coach.dialogue import prompts
from coach.scoring.llm_judge import VERDICT_WORDS, branch
from training.graded import GradedAnswer, Target

PREFIX = f"<|im_start|>system\n{prompts.SYSTEM}<|im_end|>\n<|im_start|>user\n"
SUFFIX = "<|im_end|>\n<|im_start|>assistant\n"
END = "<|im_end|>"


class Tokenizer:
    """llama.cpp's own tokenizer, so training and run time cut words alike."""

    def __init__(self, gguf: Path) -> None:
        from llama_cpp import Llama

        self._llama = Llama(str(gguf), vocab_only=True, verbose=False)
        self.verdict_ids = [self.text(word)[0] for word in VERDICT_WORDS]
        if len(set(self.verdict_ids)) < len(VERDICT_WORDS):
            raise ValueError(f"first tokens of {VERDICT_WORDS} are not distinct: {self.verdict_ids}")

    def text(self, text: str) -> list[int]:
        """Tokens of something people wrote: control words in it stay plain text."""
        return self._llama.tokenize(text.encode(), add_bos=False, special=False)

    def template(self, text: str) -> list[int]:
        """Tokens of a template piece, control words parsed."""
        return self._llama.tokenize(text.encode(), add_bos=False, special=True)


@dataclass(slots=True)
class Packed:
    """One sequence ready for the model; `rows` predict verdicts, `reply_rows` predict `reply_tokens`."""

    tokens: npt.NDArray[np.int64]
    positions: npt.NDArray[np.int64]
    mask: npt.NDArray[np.bool_]
    rows: list[int]
    targets: list[Target]
    weights: list[float]
    reply_rows: list[int] = field(default_factory=list)
    reply_tokens: list[int] = field(default_factory=list)


class Tree:
    """Segments of tokens, each hanging on a parent; a token sees its own segment's past and all its ancestors."""

    def __init__(self) -> None:
        self.segments: list[list[int]] = []
        self.parents: list[int] = []
        self._starts: list[int] = []

    def add(self, tokens: list[int], parent: int = -1) -> int:
        """Hangs `tokens` on segment `parent` (-1: nothing before) and returns the new segment's number."""
        self._starts.append(0 if parent < 0 else self._starts[parent] + len(self.segments[parent]))
        self.segments.append(tokens)
        self.parents.append(parent)
        return len(self.segments) - 1

    def __len__(self) -> int:
        return sum(map(len, self.segments))

    def offset(self, segment: int) -> int:
        """Place of the segment's first token in the flat sequence."""
        return sum(len(s) for s in self.segments[:segment])

    def flatten(self) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], npt.NDArray[np.bool_]]:
        """Tokens (n,), positions along each path (n,), and who sees whom (n, n)."""
        count = len(self.segments)
        above = np.eye(count, dtype=bool)
        for i, parent in enumerate(self.parents):
            if parent >= 0:
                above[i] |= above[parent]
        owner = np.repeat(np.arange(count), [len(s) for s in self.segments])
        positions = np.concatenate(
            [start + np.arange(len(s)) for start, s in zip(self._starts, self.segments, strict=True)]
        )
        # A parent is always added before its children, so the lower triangle is causal along every path.
        mask = above[owner][:, owner] & np.tril(np.ones((len(owner), len(owner)), dtype=bool))
        return (
            np.concatenate([np.asarray(s, dtype=np.int64) for s in self.segments]),
            positions.astype(np.int64),
            mask,
        )


def pack(answers: Sequence[GradedAnswer], tokenizer: Tokenizer, *, point_weight: float = 1.0) -> Packed:
    """One sequence holding several answers to one question: shared beginning, one trunk each, one branch a point."""
    suffix = tokenizer.template(SUFFIX)
    tree = Tree()
    root = tree.add(tokenizer.template(PREFIX) + tokenizer.text(prompts.opening(answers[0].question)))
    verdicts: list[tuple[int, Target]] = []
    replies: list[tuple[int, list[int]]] = []
    for answer in answers:
        trunk = tokenizer.text(prompts.answer_block(answer.text))
        for question, reply in answer.turns:
            trunk += tokenizer.text(prompts.followup_block(question, reply))
        node = tree.add(trunk, root)
        for point in answer.points:
            verdicts.append((tree.add(tokenizer.text(branch(point.text)) + suffix, node), point.target))
        for missed, question in answer.followups:
            ask = tree.add(tokenizer.text(prompts.followup_branch(missed)) + suffix, node)
            words = tokenizer.text(question) + tokenizer.template(END)
            replies.append((tree.add(words[:-1], ask), words))
    tokens, positions, mask = tree.flatten()
    packed = Packed(
        tokens,
        positions,
        mask,
        rows=[tree.offset(segment) + len(tree.segments[segment]) - 1 for segment, _ in verdicts],
        targets=[target for _, target in verdicts],
        weights=[point_weight] * len(verdicts),
    )
    for segment, words in replies:
        start = tree.offset(segment)
        # The last token of the asking segment, just before this one, predicts the first word.
        packed.reply_rows += range(start - 1, start + len(words) - 1)
        packed.reply_tokens += words
    return packed
