"""Use case: search with another sentence encoder from now on."""

from coach.assemble import Parts
from coach.config import save_value
from coach.errors import EmbedderUnavailable
from coach.paths import expanded
from coach.ports import Progress


def change_encoder(parts: Parts, named: str, progress: Progress) -> int:
    """Embed all passages with the encoder `named` ("bundled" or a folder), then use it; returns the texts embedded.

    Interrupted, it goes on where it stopped the next time, and until it is through the old encoder stays in use.
    Raises EmbedderUnavailable if the encoder cannot be loaded.
    """
    from coach.retrieval.embedder import SentenceEncoder
    from coach.retrieval.indexing import embed_missing, use_encoder

    folder = None if named == "bundled" else expanded(named).resolve()
    if folder is not None and not folder.is_dir():
        raise EmbedderUnavailable(f"There is no folder {folder}.", "Give “bundled” or a sentence-transformers folder.")
    encoder = SentenceEncoder(folder)
    embedded = embed_missing(parts.store, encoder, progress)
    save_value(parts.config.paths, "retrieval", "encoder", named if folder is None else str(folder))
    return embedded + use_encoder(parts.store, encoder, progress)
