"""The small calibrated models behind every verdict: an ordinal regression over the signals of both judges.

For one key point with standardised signals x:

    u = w . x                                 how much of the point is in the answer
    P(covered) = s(u - b1),  P(at least partial) = s(u - b0),  b0 <= b1        (proportional odds, McCullagh 1980)
    P(contradicted) = (1 - P(at least partial)) s(v . x + c)

with s the logistic function. Direct weights of signals that speak for a point are not negative; what a hidden layer
makes of them, where there is one, may be. The weights are fitted by `training.calibrate` on answers that neither judge
was trained on.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Literal

import numpy as np
import numpy.typing as npt

from coach.scoring.semantic import FEATURES

Floats = npt.NDArray[np.float64]
LLM_SIGNALS = ("llm_present", "llm_full", "llm_wrong")
"""Log odds from the language model: (Yes or Partly) against the rest, Yes against Partly, Wrong against No."""

SMALLEST = 1e-6
"""Probabilities are kept this far from 0 and 1 where their log odds are taken."""

ModelName = Literal["semantic", "combined", "semantic_whole", "combined_whole"]
"""With and without a language model; "whole": for a whole model answer as the only point."""


@dataclass(frozen=True, slots=True)
class OrdinalModel:
    """Weights of one combination; all vectors as long as `signals`.

    hidden: (units, signals) and hidden_bias: (units,) of a tanh layer whose outputs follow the signals; both may be
    empty.  presence, wrong: (signals + units,).  thresholds: (b0, b1).  credit: (stretch, offset, penalty), see
    `credits`.  positive: smallest P(at least partial) that counts as present.
    """

    signals: tuple[str, ...]
    mean: Floats
    scale: Floats
    hidden: Floats
    hidden_bias: Floats
    presence: Floats
    wrong: Floats
    wrong_bias: float
    thresholds: tuple[float, float]
    credit: tuple[float, float, float]
    positive: float

    def probabilities(self, signals: Floats) -> Floats:
        """(points, 4): covered, partial, missing, contradicted; rows sum to 1. signals: (points, len(self.signals))."""
        if signals.ndim != 2 or signals.shape[1] != len(self.signals):
            raise ValueError(f"expected {len(self.signals)} signals a point, got shape {signals.shape}")
        x = (signals - self.mean) / np.where(self.scale > 0, self.scale, 1.0)  # a signal that never varied says nothing
        if len(self.hidden):
            x = np.hstack([x, np.tanh(x @ self.hidden.T + self.hidden_bias)])
        u = x @ self.presence
        present, full = logistic(u - self.thresholds[0]), logistic(u - self.thresholds[1])
        wrong = (1 - present) * logistic(x @ self.wrong + self.wrong_bias)
        return np.stack([full, present - full, 1 - present - wrong, wrong], axis=1)

    def credits(self, probabilities: Floats) -> Floats:
        """Expected credit of each point, -penalty..1.

        The plain expectation P(covered) + P(partial) / 2 shrinks towards the middle. Its log odds are stretched and
        moved to undo that, so that mean scores match the labels: s(stretch * logit(plain) + offset).
        """
        stretch, offset, penalty = self.credit
        plain = np.clip(probabilities[:, 0] + 0.5 * probabilities[:, 1], SMALLEST, 1 - SMALLEST)
        return logistic(stretch * np.log(plain / (1 - plain)) + offset) - penalty * probabilities[:, 3]


def logistic(x: Floats) -> Floats:
    """1 / (1 + exp(-x)), without overflow."""
    return 0.5 * (1 + np.tanh(0.5 * x))


def llm_signals(log_probabilities: Floats) -> Floats:
    """(points, 3), see `LLM_SIGNALS`; bounded, since a sure model is not infinitely right."""
    yes, partly, no, wrong = log_probabilities.T
    present = np.logaddexp(yes, partly) - np.logaddexp(no, wrong)
    return np.clip(np.stack([present, yes - partly, wrong - no], axis=1), -9.0, 9.0)


def model_from_json(record: Mapping[str, object]) -> OrdinalModel:
    """Inverse of what `training.calibrate` writes."""

    def vector(name: str) -> Floats:
        return np.asarray(record[name], dtype=np.float64)

    signals = tuple(str(name) for name in record["signals"])  # type: ignore[attr-defined]
    hidden = vector("hidden").reshape(-1, len(signals))
    low, high = vector("thresholds")
    stretch, offset, penalty = vector("credit")
    return OrdinalModel(
        signals, vector("mean"), vector("scale"), hidden, vector("hidden_bias"), vector("presence"), vector("wrong"),
        float(vector("wrong_bias")), (float(low), float(high)), (float(stretch), float(offset), float(penalty)),
        float(vector("positive")),
    )  # fmt: skip


@cache
def shipped(name: ModelName) -> OrdinalModel:
    """The fitted weights that come with the coach."""
    text = files("coach.scoring").joinpath("weights", f"{name}.json").read_text(encoding="utf-8")
    return model_from_json(json.loads(text))


def select(
    names: Sequence[str],
    features: npt.NDArray[np.float32],
    semantic: OrdinalModel | None = None,
    llm: Floats | None = None,
) -> Floats:
    """The columns called `names`, (points, len(names)), out of everything known about the points of one answer.

    features: (points, len(FEATURES)).  semantic: gives the log odds "semantic_present" and "semantic_wrong".
    llm: (points, 3), see `LLM_SIGNALS`.  Raises ValueError for a name that the given parts do not provide.
    """
    columns = {name: features[:, i].astype(np.float64) for i, name in enumerate(FEATURES)}
    if semantic is not None:
        p = np.clip(semantic.probabilities(select(semantic.signals, features)), 1e-4, 1.0)
        columns["semantic_present"] = np.log(p[:, 0] + p[:, 1]) - np.log(p[:, 2] + p[:, 3])
        columns["semantic_wrong"] = np.log(p[:, 3]) - np.log(p[:, 2])
    if llm is not None:
        columns |= {name: llm[:, i] for i, name in enumerate(LLM_SIGNALS)}
    if unknown := [name for name in names if name not in columns]:
        raise ValueError(f"signals {unknown} are not provided by these parts")
    return np.stack([columns[name] for name in names], axis=1)
