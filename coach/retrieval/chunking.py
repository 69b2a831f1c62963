"""Cutting a model answer into overlapping passages, Markdown- and code-aware."""

from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from langchain_text_splitters import RecursiveCharacterTextSplitter

CHUNK_WORDS = 100
OVERLAP_WORDS = 30


def word_count(text: str) -> int:
    """Whitespace-separated words: the length that chunk sizes are given in."""
    return len(text.split())


@lru_cache(maxsize=8)
def _splitter(language: str, words: int, overlap: int) -> "RecursiveCharacterTextSplitter":
    from langchain_text_splitters import Language, RecursiveCharacterTextSplitter  # 0.2 s

    return RecursiveCharacterTextSplitter.from_language(
        Language(language), chunk_size=words, chunk_overlap=overlap, length_function=word_count
    )


def blocks(text: str) -> Iterator[tuple[str, bool]]:
    """Yield (block, is code) in order: each fenced code block with its fences, and the prose between them.

    A fence closes on a line of at least as many of the same character (CommonMark 0.31, section 4.5); one that never
    closes runs to the end.
    """
    lines: list[str] = []
    fence = ""
    for line in text.splitlines():
        mark = line.lstrip()
        ticks = mark[: len(mark) - len(mark.lstrip(mark[:1]))] if mark[:1] in ("`", "~") else ""
        if not fence and len(ticks) >= 3:
            if any(lines):
                yield "\n".join(lines).strip(), False
            lines, fence = [line], ticks
        elif fence and ticks.startswith(fence) and mark.strip() == ticks:
            yield "\n".join([*lines, line]), True
            lines, fence = [], ""
        else:
            lines.append(line)
    if any(lines):
        yield "\n".join(lines).strip(), bool(fence)


def chunks(text: str, *, words: int = CHUNK_WORDS, overlap: int = OVERLAP_WORDS) -> list[str]:
    """Split a text into passages of at most about `words` words, neighbours sharing up to `overlap`.

    Code is cut at functions and statements, prose at headings, paragraphs, lists, sentences; short blocks that follow
    one another are joined as long as they fit together. Empty text gives no passage.
    """
    if overlap >= words:
        raise ValueError(f"overlap {overlap} must be smaller than the chunk of {words} words")
    pieces: list[str] = []
    for block, is_code in blocks(text):
        splitter = _splitter("python" if is_code else "markdown", words, overlap)
        for piece in splitter.split_text(block):
            if pieces and word_count(pieces[-1]) + word_count(piece) <= words:
                pieces[-1] = f"{pieces[-1]}\n\n{piece}"
            else:
                pieces.append(piece)
    return [piece for piece in pieces if piece.strip()]
