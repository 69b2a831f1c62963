"""A language model behind an OpenAI-compatible address: vLLM, llama-server, a provider; through LangChain's client.

This is how an organisation moves from one laptop to served models: everything else stays as it is.
"""

import hashlib
import json
import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from typing import Any

import numpy as np

from coach.errors import ContextFull, LlmUnavailable, NotGraded, install
from coach.llm.context import Logits

TOP_LOGPROBS = 20
"""As many as the interface allows."""
CHARACTERS_PER_TOKEN = 4  # for English; used only to say how long a trunk is, the server counts for itself
NEWER_LIMIT = "max_completion_tokens"
REPAIR = "That was no valid reply. Reply with exactly one of these words and nothing else: {words}."


class RemoteModel:
    """A `coach.ports.LanguageModel` on a server.

    url: base address, usually ending in /v1.  model: name on that server, "" for the first it lists.  key: may be "".
    timeout_seconds: of one request.  concurrency: requests at a time, over all trunks.  retries: after failures that
    may pass, with growing pauses.
    Raises LlmUnavailable: package missing, server down, key refused, unknown model.
    """

    def __init__(
        self,
        url: str,
        *,
        model: str = "",
        key: str = "",
        context_tokens: int = 8192,
        timeout_seconds: float = 60.0,
        concurrency: int = 4,
        retries: int = 2,
    ) -> None:
        try:
            from langchain_openai import ChatOpenAI
            from pydantic import SecretStr
        except ImportError as error:
            raise LlmUnavailable("Remote models need an extra package.", install("remote")) from error
        self._url = url
        self._chat = ChatOpenAI(
            base_url=url,
            api_key=SecretStr(key or "none"),
            model=model or "unknown",
            timeout=timeout_seconds,
            max_retries=retries,
        )
        self.name = model or self._first_model()
        self.identity = hashlib.sha256(f"{url}\0{self.name}".encode()).hexdigest()
        self.context_tokens = context_tokens
        self.gives_logprobs: bool | None = None  # unknown until the first verdict
        self._limit_name = "max_tokens"
        self._pool = ThreadPoolExecutor(concurrency, thread_name_prefix="remote-model")

    def _first_model(self) -> str:
        with self.translated():
            listed = [entry.id for entry in self._chat.root_client.models.list()]
        if not listed:
            raise LlmUnavailable(f"{self._url} serves no model.", "Name one as `endpoint_model` under [llm].")
        return str(listed[0])

    def trunk(self, system: str, opening: str) -> "RemoteTrunk":
        """Start a trunk; nothing is sent yet. Servers with a prefix cache evaluate it once."""
        return RemoteTrunk(self, system, opening)

    def stop(self) -> None:
        """Does nothing: a request that was sent runs to its end or its timeout."""

    def ask(self, messages: list[dict[str, str]], max_tokens: int, **options: Any) -> Any:
        """One reply, as LangChain's message."""
        with self.translated(), self._either_limit():
            return self._bound(max_tokens, options).invoke(messages)
        with self.translated():
            return self._bound(max_tokens, options).invoke(messages)

    def stream(self, messages: list[dict[str, str]], max_tokens: int, **options: Any) -> Iterator[str]:
        """One reply in pieces."""
        with self.translated(), self._either_limit():
            yield from _pieces(self._bound(max_tokens, options).stream(messages))
            return
        with self.translated():
            yield from _pieces(self._bound(max_tokens, options).stream(messages))

    def _bound(self, max_tokens: int, options: Mapping[str, Any]) -> Any:
        return self._chat.bind(model=self.name, extra_body={self._limit_name: max_tokens}, **options)

    @contextmanager
    def _either_limit(self) -> Iterator[None]:
        """Goes on behind the `with` when the server refused one name of the limit and asked for the other.

        Older servers know the first name only, newer providers the second only, and some refuse both at once.
        """
        import openai

        try:
            yield
        except openai.BadRequestError as error:
            if self._limit_name == NEWER_LIMIT or NEWER_LIMIT not in str(error):
                raise
            self._limit_name = NEWER_LIMIT

    def each(self, work: Callable[[str], Any], items: Sequence[str]) -> list[Any]:
        """`work` on every item, at most `concurrency` at a time."""
        return list(self._pool.map(work, items))

    @contextmanager
    def translated(self) -> Iterator[None]:
        """The client's errors in words a person can act on."""
        import openai

        try:
            yield
        except openai.AuthenticationError as error:
            raise LlmUnavailable(f"{self._url} refused the key.", "Check the key and its variable.") from error
        except openai.PermissionDeniedError as error:
            raise LlmUnavailable(f"{self._url} does not allow this.", "Check what the key may do.") from error
        except openai.NotFoundError as error:
            raise LlmUnavailable(
                f"{self._url} knows no such model or page.", "Check `endpoint` and its /v1."
            ) from error
        except openai.RateLimitError as error:
            raise LlmUnavailable(f"{self._url} is overloaded.", "Try later, or lower `concurrency`.") from error
        except openai.APITimeoutError as error:
            raise LlmUnavailable(
                f"{self._url} did not answer in time.", "Raise `timeout_seconds` under [llm]."
            ) from error
        except openai.APIConnectionError as error:
            raise LlmUnavailable(f"{self._url} cannot be reached.", "Check the address and the network.") from error
        except openai.BadRequestError as error:
            if "context" in str(error).lower():
                raise ContextFull(f"The text is too long for {self._url}: {_first_line(error)}") from error
            raise LlmUnavailable(f"{self._url} refused the request: {_first_line(error)}") from error
        except openai.APIError as error:
            raise LlmUnavailable(f"{self._url} failed: {_first_line(error)}", "Look at the server's log.") from error
        except (ValueError, TypeError, LookupError, AttributeError) as error:  # JSON of another shape, or none
            raise LlmUnavailable(
                f"{self._url} answered with something else than a chat completion.", "Check `endpoint` and its /v1."
            ) from error

    def close(self) -> None:
        """Wait for nothing more."""
        self._pool.shutdown(wait=False, cancel_futures=True)


class RemoteTrunk:
    """A `coach.ports.Trunk` whose text is sent with every branch; it stays data because it travels as one message."""

    def __init__(self, model: RemoteModel, system: str, opening: str) -> None:
        self._model = model
        self._system = system
        self._text = opening

    @property
    def tokens(self) -> int:
        """About how long the trunk is; only the server knows its tokenizer."""
        return (len(self._system) + len(self._text)) // CHARACTERS_PER_TOKEN

    def extend(self, text: str) -> int:
        """Append `text`; return 0, since nothing is evaluated here."""
        self._text += text
        return 0

    def _messages(self, branch: str) -> list[dict[str, str]]:
        return [{"role": "system", "content": self._system}, {"role": "user", "content": self._text + branch}]

    def word_logits(self, branches: Sequence[str], words: Sequence[str]) -> Logits:
        """Log-probability of each word as the reply to each branch: (len(branches), len(words)) float32.

        From the server's log-probabilities when it gives them, else from a reply under a schema, which then stands for
        90 % of the probability. Raises NotGraded when a branch gets no usable reply after one repair.
        """
        rows = self._model.each(lambda branch: self._row(branch, words), branches)
        return np.asarray(rows, np.float32).reshape(len(branches), len(words))

    def _row(self, branch: str, words: Sequence[str]) -> list[float]:
        if self._model.gives_logprobs is not False:
            row = self._by_logprobs(branch, words)
            self._model.gives_logprobs = row is not None or bool(self._model.gives_logprobs)
            if row is not None:
                return row
        return self._by_schema(branch, words)

    def _by_logprobs(self, branch: str, words: Sequence[str]) -> list[float] | None:
        try:
            reply = self._model.ask(
                self._messages(branch), 1, temperature=0.0, logprobs=True, top_logprobs=TOP_LOGPROBS
            )
        except ContextFull:
            raise
        except LlmUnavailable as error:
            if "refused the request" in error.message:  # some servers answer this way to a wish they do not know
                return None
            raise
        with self._model.translated():  # a server may send anything here
            content = (reply.response_metadata.get("logprobs") or {}).get("content") or []
            return words_from(content[0].get("top_logprobs") or [], words) if content else None

    def _by_schema(self, branch: str, words: Sequence[str]) -> list[float]:
        schema = {
            "type": "object",
            "properties": {"reply": {"type": "string", "enum": list(words)}},
            "required": ["reply"],
            "additionalProperties": False,
        }
        wanted = {"type": "json_schema", "json_schema": {"name": "verdict", "strict": True, "schema": schema}}
        messages = self._messages(branch)
        for _ in range(2):
            text = str(self._model.ask(messages, 24, temperature=0.0, response_format=wanted).content)
            chosen = _word_in(text, words)
            if chosen is not None:
                rest = np.log(0.1 / max(1, len(words) - 1))
                return [float(np.log(0.9)) if i == chosen else float(rest) for i in range(len(words))]
            messages = [
                *messages,
                {"role": "assistant", "content": text},
                {"role": "user", "content": REPAIR.format(words=", ".join(words))},
            ]
        raise NotGraded(f"{self._model.name} gave no usable verdict.", "Try again, or grade the answer yourself.")

    def stream(
        self, branch: str, *, max_tokens: int, drafts: Sequence[str] = (), temperature: float = 0.0, seed: int = 0
    ) -> Iterator[str]:
        """Generate the reply to one branch; `drafts` are left to the server."""
        return self._model.stream(self._messages(branch), max_tokens, temperature=temperature, seed=seed)

    def close(self) -> None:
        """Nothing is held."""


def words_from(top: Sequence[dict[str, Any]], words: Sequence[str]) -> list[float] | None:
    """Log-probability of each word from the likeliest first tokens; None when not one word is among them.

    A word counts under the longest token it begins with, since a tokenizer may cut it. A word that is not listed gets
    one less than the smallest listed value: it is at most that likely. Entries without a finite value do not count.
    """
    top = [entry for entry in top if math.isfinite(entry.get("logprob", math.nan))]
    found: list[float | None] = []
    for word in words:
        fitting = [entry for entry in top if (token := entry.get("token", "").strip()) and word.startswith(token)]
        best = max(fitting, key=lambda entry: (len(entry["token"].strip()), entry["logprob"]), default=None)
        found.append(float(best["logprob"]) if best else None)
    if all(value is None for value in found):
        return None
    floor = min(float(entry["logprob"]) for entry in top) - 1.0
    return [floor if value is None else value for value in found]


def _pieces(chunks: Iterable[Any]) -> Iterator[str]:
    """The text of streamed chunks."""
    return (chunk.content for chunk in chunks if isinstance(chunk.content, str) and chunk.content)


def _word_in(text: str, words: Sequence[str]) -> int | None:
    """Index of the word that a reply consists of, as JSON or bare."""
    with suppress(ValueError, TypeError, KeyError):
        text = str(json.loads(text)["reply"])
    bare = text.strip().strip(".!\"'").casefold()
    return next((i for i, word in enumerate(words) if word.casefold() == bare), None)


def _first_line(error: Exception) -> str:
    return str(error).splitlines()[0][:200]
