"""Fits `coach.scoring.combine.OrdinalModel` to labelled points with gradient descent, in seconds."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import torch
import torch.nn.functional as F

from coach.scoring.combine import OrdinalModel

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Sample:
    """Labelled points. signals: (n, columns); targets: (n, 4) probabilities; weights: (n,) importance."""

    signals: Floats
    targets: Floats
    weights: Floats

    def rows(self, chosen: npt.NDArray[np.bool_]) -> "Sample":
        """The chosen points."""
        return Sample(self.signals[chosen], self.targets[chosen], self.weights[chosen])


def fit(
    names: Sequence[str], sample: Sample, *, hidden: int = 0, decay: float = 1e-3, rising: Sequence[str] = (),
    steps: int = 800, seed: int = 0,
) -> OrdinalModel:  # fmt: skip
    """Maximum likelihood with weight decay. rising: signals whose presence weight is kept from going negative."""
    torch.manual_seed(seed)
    x_np = sample.signals
    mean, scale = x_np.mean(0), x_np.std(0) + 1e-6
    x = torch.tensor((x_np - mean) / scale)
    target, weight = torch.tensor(sample.targets), torch.tensor(sample.weights / sample.weights.sum())
    columns = len(names)
    layer = torch.randn(hidden, columns, dtype=torch.double) * (1 / columns**0.5)
    parameters = {
        "hidden": layer, "hidden_bias": torch.zeros(hidden, dtype=torch.double),
        "presence": torch.zeros(columns + hidden, dtype=torch.double),
        "wrong": torch.zeros(columns + hidden, dtype=torch.double),
        "wrong_bias": torch.tensor(-2.0, dtype=torch.double), "low": torch.tensor(0.0, dtype=torch.double),
        "gap": torch.tensor(0.0, dtype=torch.double),
    }  # fmt: skip
    if hidden:
        parameters["presence"][columns:] = torch.randn(hidden, dtype=torch.double) * 0.1
    for p in parameters.values():
        p.requires_grad_()
    floor = [i for i, name in enumerate(names) if name in rising]
    optimizer = torch.optim.Adam(parameters.values(), lr=0.03)
    for step in range(steps):
        for group in optimizer.param_groups:
            group["lr"] = 0.03 * (1 - step / steps)
        p = probabilities(x, parameters)
        loss = -(weight[:, None] * target * torch.log(p + 1e-9)).sum()
        penalty = sum((parameters[name] ** 2).sum() for name in ("hidden", "presence", "wrong"))
        (loss + decay * penalty).backward()
        optimizer.step()
        optimizer.zero_grad()
        with torch.no_grad():
            parameters["presence"][floor] = parameters["presence"][floor].clamp_min(0)
    done = {name: p.detach().numpy() for name, p in parameters.items()}
    low = float(done["low"])
    return OrdinalModel(
        tuple(names), mean, scale, done["hidden"].reshape(hidden, columns), done["hidden_bias"], done["presence"],
        done["wrong"], float(done["wrong_bias"]), (low, low + float(np.log1p(np.exp(done["gap"])))),
        (1.0, 0.0, 0.3), 0.5,
    )  # fmt: skip


def probabilities(x: torch.Tensor, parameters: dict[str, torch.Tensor]) -> torch.Tensor:
    """The same equations as `OrdinalModel.probabilities`, with gradients."""
    if len(parameters["hidden"]):
        x = torch.hstack([x, torch.tanh(x @ parameters["hidden"].T + parameters["hidden_bias"])])
    u = x @ parameters["presence"]
    present = torch.sigmoid(u - parameters["low"])
    full = torch.sigmoid(u - parameters["low"] - F.softplus(parameters["gap"]))
    wrong = (1 - present) * torch.sigmoid(x @ parameters["wrong"] + parameters["wrong_bias"])
    return torch.stack([full, present - full, 1 - present - wrong, wrong], dim=1)


def out_of_fold(
    names: Sequence[str], sample: Sample, groups: Sequence[str], *, folds: int = 5, **options: object
) -> Floats:
    """Probabilities (n, 4) of every point by a model fitted without its question."""
    order = {group: i % folds for i, group in enumerate(dict.fromkeys(groups))}
    fold = np.array([order[group] for group in groups])
    found = np.zeros((len(groups), 4))
    for k in range(folds):
        model = fit(names, sample.rows(fold != k), **options)  # type: ignore[arg-type]
        found[fold == k] = model.probabilities(sample.signals[fold == k])
    return found


def as_record(model: OrdinalModel) -> dict[str, object]:
    """Plain values for a JSON file; `coach.scoring.combine.model_from_json` reads them back."""

    def rounded(values: Floats) -> object:
        return np.round(values, 5).tolist()

    return {
        "signals": list(model.signals), "mean": rounded(model.mean), "scale": rounded(model.scale),
        "hidden": rounded(model.hidden), "hidden_bias": rounded(model.hidden_bias), "presence": rounded(model.presence),
        "wrong": rounded(model.wrong), "wrong_bias": round(model.wrong_bias, 5),
        "thresholds": rounded(np.array(model.thresholds)),
        "credit": rounded(np.array(model.credit)), "positive": round(model.positive, 4),
    }  # fmt: skip


def with_credit(model: OrdinalModel, credit: tuple[float, float, float], positive: float) -> OrdinalModel:
    """The model with another mapping to credit and another threshold."""
    return replace(model, credit=credit, positive=positive)
