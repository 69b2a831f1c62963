"""What one pass over the data consists of: which answers, changed how, packed into which sequences."""

import random
import zlib
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from coach.bank.shipped import shipped_questions
from training import textbook
from training.augment import adversarial, augmented, with_reference_point
from training.graded import OWN_TARGETS, GradedAnswer, LabelledPoint, read_own, read_public, with_sentence_points
from training.packing import Packed, Tokenizer, pack
from training.textbook import ModelAnswer, variant

LABELLED = Path(__file__).parent / "data"
PUBLIC_PER_PASS = {"saf_en": 120, "scientsbank": 1000, "beetle": 400}
"""Answers drawn anew for each pass, so that short science answers do not crowd out our own questions."""
PUBLIC_POINT_WEIGHT = 0.8
EDITED_VARIANTS = 2
"""Of each model answer with labelled edits in each pass."""
UNEDITED_SHARE = 0.2
"""Part of the model answers without labelled edits in each pass: all they teach is that their wording is right."""
GROUP_TOKENS = 420
"""Answers to one question share a sequence up to about this length; beyond it attention costs more than it saves."""


@dataclass(frozen=True, slots=True)
class Data:
    """Answers to train on and answers kept back, split by question."""

    own: list[GradedAnswer]
    public: list[GradedAnswer]
    own_held_out: list[GradedAnswer]
    public_held_out: list[GradedAnswer]
    textbook: list[ModelAnswer]
    textbook_held_out: list[ModelAnswer]


def is_held_out(answer: GradedAnswer) -> bool:
    """Ours: half the questions of the dev file and the sixth extra file; public sets, the bank: every fourth question.

    Questions are chosen by a checksum of their id, so files may grow without moving any across the border.
    """
    checksum = zlib.crc32(answer.question_id.encode())
    if answer.source == "graded_answers_dev":
        return checksum % 2 == 0
    if answer.source.startswith("graded_"):
        return answer.source == "graded_extra_6"
    return checksum % 4 == 0


def load(own_paths: Sequence[Path] = (), public_paths: Sequence[Path] = ()) -> Data:
    """Reads our own labelled answers (all of the repository if no files are named), their edits and public sets."""
    own = [answer for path in own_paths or sorted(LABELLED.glob("graded_*.jsonl")) for answer in read_own(path)]
    public = [answer for path in public_paths for answer in read_public(path)]
    references = textbook.from_graded(own) | textbook.from_bank(shipped_questions())
    model_answers = textbook.load(sorted(LABELLED.glob("edits_*.jsonl")), references)
    return Data(
        own=[a for a in own if not is_held_out(a)],
        public=[a for a in public if not is_held_out(a)],
        own_held_out=[a for a in own if is_held_out(a)],
        public_held_out=[a for a in public if is_held_out(a)],
        textbook=[m for m in model_answers if not is_held_out(m.plain)],
        textbook_held_out=[m for m in model_answers if is_held_out(m.plain) and m.wrong],
    )


def one_pass(
    data: Data, tokenizer: Tokenizer, rng: random.Random, *, own_share: float = 1.0, public_share: float = 1.0
) -> list[Packed]:
    """Own answers and a fresh sample of the public ones, augmented, packed and shuffled.

    own_share: part of our own answers that takes part, 0..1.  public_share: multiple of `PUBLIC_PER_PASS`.
    """
    chosen = rng.sample(data.own, round(own_share * len(data.own)))
    own = [own_variant(answer, data.own, rng) for answer in chosen]
    public = [public_variant(answer, data.public, rng) for answer in sampled(data.public, rng, public_share)]
    own += [
        textbook_variant(model_answer, data.own, rng)
        for model_answer in data.textbook
        for _ in range(EDITED_VARIANTS if model_answer.wrong else rng.random() < UNEDITED_SHARE)
    ]
    packed = [pack(group, tokenizer) for group in grouped(own, rng)]
    packed += [pack(group, tokenizer, point_weight=PUBLIC_POINT_WEIGHT) for group in grouped(public, rng)]
    rng.shuffle(packed)
    return packed


def with_foreign_points(answer: GradedAnswer, others: Sequence[GradedAnswer], rng: random.Random) -> GradedAnswer:
    """Adds points of other questions, one of the same file and one of any, which the answer does not state.

    Without them an adapter learns that answers in the manner of a good candidate cover whatever is asked.
    """
    same_file = [o for o in rng.sample(list(others), min(60, len(others))) if o.source == answer.source]
    strangers = [o for o in (*same_file[:1], rng.choice(others)) if o.question_id != answer.question_id]
    foreign = [rng.choice(stranger.points) for stranger in strangers]
    missing = tuple(LabelledPoint(p.text, OWN_TARGETS[0.0], 0.0, p.weight) for p in foreign)
    return replace(answer, points=(*answer.points, *missing))


def own_variant(answer: GradedAnswer, others: Sequence[GradedAnswer], rng: random.Random) -> GradedAnswer:
    """One of our answers as this pass shows it."""
    chance = rng.random()
    if chance < 0.1:
        return adversarial(answer, others, rng)
    if answer.followups:
        answer = replace(answer, followups=(rng.choice(answer.followups),))
    if chance < 0.16:
        answer = with_reference_point(answer)
    return augmented(with_foreign_points(answer, others, rng), rng)


def textbook_variant(model_answer: ModelAnswer, others: Sequence[GradedAnswer], rng: random.Random) -> GradedAnswer:
    """A model answer as this pass shows it; often without further changes, since its wording is the matter."""
    answer = with_foreign_points(variant(model_answer, rng), others, rng)
    return augmented(answer, rng) if rng.random() < 0.3 else answer


def public_variant(answer: GradedAnswer, others: Sequence[GradedAnswer], rng: random.Random) -> GradedAnswer:
    """A student's answer as this pass shows it."""
    if rng.random() < 0.05:
        return adversarial(answer, others, rng)
    if rng.random() < 0.6:
        answer = with_sentence_points(answer)
    return augmented(answer, rng) if rng.random() < 0.5 else answer


def sampled(public: Sequence[GradedAnswer], rng: random.Random, share: float) -> Iterator[GradedAnswer]:
    """A fresh draw from each public set."""
    by_source: dict[str, list[GradedAnswer]] = defaultdict(list)
    for answer in public:
        by_source[answer.source].append(answer)
    for source, answers in by_source.items():
        yield from rng.sample(answers, min(round(share * PUBLIC_PER_PASS.get(source, 300)), len(answers)))


def estimated_tokens(answer: GradedAnswer) -> int:
    """Rough length of an answer with its branches."""
    return int(1.4 * len(answer.text.split())) + sum(int(1.4 * len(p.text.split())) + 18 for p in answer.points) + 12


def grouped(answers: Sequence[GradedAnswer], rng: random.Random) -> Iterator[list[GradedAnswer]]:
    """Answers to the same question together, as many as fit `GROUP_TOKENS`."""
    by_question: dict[str, list[GradedAnswer]] = defaultdict(list)
    for answer in answers:
        by_question[answer.question].append(answer)
    for group in by_question.values():
        rng.shuffle(group)
        bundle: list[GradedAnswer] = []
        size = 0
        for answer in group:
            tokens = estimated_tokens(answer)
            if bundle and size + tokens > GROUP_TOKENS:
                yield bundle
                bundle, size = [], 0
            bundle.append(answer)
            size += tokens
        yield bundle
