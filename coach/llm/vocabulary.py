"""Text to tokens and back, with a hard line between template (special tokens parsed) and data (never parsed)."""

import codecs
import ctypes
import hashlib
from collections.abc import Sequence
from functools import cached_property
from typing import Any

from coach.llm import native


class Vocabulary:
    """The tokenizer inside one loaded GGUF file."""

    def __init__(self, model: Any) -> None:
        self._llama = llama_cpp = native.library()
        self._vocab = llama_cpp.llama_model_get_vocab(model)
        self.size: int = llama_cpp.llama_vocab_n_tokens(self._vocab)
        self.adds_bos: bool = bool(llama_cpp.llama_vocab_get_add_bos(self._vocab))
        self._buffer = ctypes.create_string_buffer(512)

    def template(self, text: str) -> list[int]:
        """Tokens of a piece of our own chat template; special tokens in it are parsed."""
        return self._tokens(text, parse_special=True)

    def data(self, text: str) -> list[int]:
        """Tokens of anything a person or a document wrote; a special token spelt out in it stays plain text."""
        return self._tokens(text, parse_special=False)

    def _tokens(self, text: str, *, parse_special: bool) -> list[int]:
        if not text:
            return []
        raw = text.encode("utf-8", "replace")
        room = len(raw) + 8  # a token covers at least one byte
        out = (self._llama.llama_token * room)()
        count = self._llama.llama_tokenize(self._vocab, raw, len(raw), out, room, False, parse_special)
        if count < 0:  # pragma: no cover - the bound above always suffices for byte-level vocabularies
            out = (self._llama.llama_token * -count)()
            count = self._llama.llama_tokenize(self._vocab, raw, len(raw), out, -count, False, parse_special)
        return list(out[:count])

    def bos(self) -> int:
        """The token that begins a sequence; -1 if the vocabulary has none."""
        return int(self._llama.llama_vocab_bos(self._vocab))

    def eos(self) -> int:
        """The token that ends a text; -1 if the vocabulary has none."""
        return int(self._llama.llama_vocab_eos(self._vocab))

    def special_text(self, token: int) -> str:
        """How a special token is spelt; "" for -1."""
        return "" if token < 0 else self.bytes_of(token, special=True).decode("utf-8", "replace")

    def bytes_of(self, token: int, *, special: bool = False) -> bytes:
        """The bytes one token stands for. Control tokens are empty unless `special`."""
        count = self._llama.llama_token_to_piece(self._vocab, token, self._buffer, len(self._buffer), 0, special)
        return self._buffer.raw[: max(count, 0)]

    def ends_reply(self, token: int) -> bool:
        """Whether the model may not go on after this token: end of generation, or any other control token."""
        return bool(self._llama.llama_vocab_is_eog(self._vocab, token)) or self.is_control(token)

    def is_control(self, token: int) -> bool:
        """Whether the token is part of the template's machinery and never of plain text."""
        return bool(self._llama.llama_vocab_is_control(self._vocab, token))

    @cached_property
    def control_tokens(self) -> list[int]:
        """All control tokens of the vocabulary."""
        return [token for token in range(self.size) if self.is_control(token)]

    @cached_property
    def fingerprint(self) -> str:
        """Equal for two files exactly when every token id stands for the same bytes."""
        digest = hashlib.sha256(self.size.to_bytes(4, "little"))
        for token in range(self.size):
            digest.update(self.bytes_of(token, special=True) + b"\0")
        return digest.hexdigest()


class Utf8Pieces:
    """Joins the bytes of successive tokens into text, holding back a character until it is whole.

    A reply that ends inside a character, because its tokens were used up, ends before it.
    """

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")

    def add(self, tokens: Sequence[int]) -> str:
        """Text that became complete with these tokens."""
        return "".join(self._decoder.decode(self._vocabulary.bytes_of(token)) for token in tokens)
