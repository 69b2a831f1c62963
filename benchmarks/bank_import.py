"""How much an import costs beyond the embedding that it cannot avoid.

    python -m benchmarks.bank_import [--questions 10000] [--bare-every 10] [--json]

Imports a generated document into a fresh home, counting every text that is embedded, then embeds the same texts again
in one call: bare. Both in one process, CPU seconds of all threads; the clock starts with a warm encoder. The ratio is
the result; target: at most 1.3 at 10,000 questions. With --bare-every N only every Nth of these texts, sorted by
length, is embedded again, and its time counts N times: at 10,000 questions there are 90,000 of them.
"""

import argparse
import json
import random
import resource
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from coach.ingest import ingest
from coach.retrieval.embedder import SentenceEncoder
from coach.scoring.derive import points_of
from coach.storage import Store

WORDS = (
    "gradient cache kernel batch margin feature stream entropy variance sampling attention token shard replica latency "
    "posterior residual embedding cluster ensemble penalty momentum retrieval schedule checkpoint drift"
).split()


class Counting:
    """An encoder that remembers what it was asked for and how long it took, CPU seconds."""

    def __init__(self, encoder: SentenceEncoder) -> None:
        self._encoder = encoder
        self.identity, self.dim = encoder.identity, encoder.dim
        self.texts: list[str] = []
        self.seconds = 0.0

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        """Encode and count."""
        begun = time.process_time()
        rows = self._encoder.encode(texts)
        self.seconds += time.process_time() - begun
        self.texts += texts
        return rows


def document(questions: int) -> str:
    """Questions with answers of four sentences, each different."""
    rng = random.Random(7)

    def sentence() -> str:
        return " ".join(rng.choices(WORDS, k=12)).capitalize() + "."

    cards = (f"Q: What does {' '.join(rng.choices(WORDS, k=5))} mean in case {at}?" for at in range(questions))
    return "\n".join(f"{card}\nA: {' '.join(sentence() for _ in range(4))}\n" for card in cards)


def measure(questions: int, bare_every: int = 1) -> dict[str, float]:
    """CPU seconds of an import and of the bare embedding of the same texts."""
    encoder = SentenceEncoder()
    encoder.encode(["warm", "up"])
    counting = Counting(encoder)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "cards.txt")
        path.write_text(document(questions), "utf-8")
        store = Store(Path(folder, "coach.db"))
        begun = time.process_time()
        report = ingest(store, [path], embedder=counting, derive=points_of)
        whole = time.process_time() - begun
        store.close()
    texts = sorted(set(counting.texts), key=len)
    sample = texts[bare_every // 2 :: bare_every]
    begun = time.process_time()
    encoder.encode(sample)
    bare = (time.process_time() - begun) * len(texts) / len(sample)
    return {
        "questions": report.new,
        "texts": len(texts),
        "texts_embedded_again": len(counting.texts) - len(texts),
        "import_cpu_s": round(whole, 1),
        "embedding_within_cpu_s": round(counting.seconds, 1),
        "bare_embedding_cpu_s": round(bare, 1),
        "ratio": round(whole / bare, 3),
        "memory_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10,
    }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--questions", type=int, default=300)
    parser.add_argument("--bare-every", type=int, default=1)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    figures = measure(options.questions, options.bare_every)
    print(json.dumps(figures) if options.json else "\n".join(f"{name}: {value}" for name, value in figures.items()))


if __name__ == "__main__":
    main()
