"""Embed the shipped bank once, for everyone: writes `coach/retrieval/shipped_vectors.npz`.

    python -m training.embed_bank

Run it when the bank has changed; until then only what has changed is embedded in each home.
"""

import tempfile
from pathlib import Path

from coach.bank.shipped import shipped_questions
from coach.retrieval.embedder import SentenceEncoder
from coach.retrieval.indexing import index_questions
from coach.retrieval.shipped_vectors import FILE, write_shipped_vectors
from coach.storage import Store


def main() -> None:
    """Embed what the file does not hold yet and write it anew, without texts that have left the bank."""
    encoder = SentenceEncoder()
    with tempfile.TemporaryDirectory() as folder:
        store = Store(Path(folder) / "coach.db")
        report = index_questions(
            store, shipped_questions(), encoder, lambda done, total, what: print(what, done, total)
        )
        vectors = dict(store.passages.vectors_by_hash(encoder.identity))
        store.close()
    write_shipped_vectors(encoder.identity, vectors)
    print(f"{len(vectors)} vectors, {report.embedded} of them new; {FILE.name}: {FILE.stat().st_size / 2**20:.1f} MB")


if __name__ == "__main__":
    main()
