"""The person's settings: one frozen `Config`, read once and handed down.

Order of sources, later ones win: the defaults below, `config.toml` in the home, the variable COACH_ENDPOINT.
An unknown name or a value out of range is an error that names the key and the file.
"""

import dataclasses
import math
import os
import re
import tomllib
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, get_origin, get_type_hints

from coach.errors import ConfigError
from coach.paths import Paths, default_paths


@dataclass(frozen=True, slots=True)
class Study:
    """When and how much to practise."""

    minutes_per_day: int = 25  # budget of the daily review, minutes
    new_per_day: int = 5  # at most this many unseen questions a day
    rollover_hour: int = 4  # the study day begins at this local hour, 0..23
    time_zone: str = ""  # IANA name; empty: the system's
    days_off: tuple[str, ...] = ()  # e.g. ["sat", "sun"]: nothing is planned on them
    scheduler: str = "sm2"  # sm2 or fsrs
    level_load: bool = True  # may ask a little before or after the due date to spread the load; dates stay exact
    max_follow_ups: int = 3  # follow-up questions per attempt, 0..3
    ask_confidence: bool = True  # ask how sure you are before the verdict


@dataclass(frozen=True, slots=True)
class Llm:
    """The language model."""

    model: str = "bundled"  # "bundled", the path of a GGUF file, or "none"
    adapter: str = "auto"  # "auto": ours for the bundled model; a path; or "none"
    draft_model: str = ""  # a smaller GGUF with the same vocabulary for speculation
    context_tokens: int = 4096  # window; 512..131072
    gpu_layers: int = -1  # -1: all that fit
    threads: int = 0  # 0: measured
    kv_type: str = "auto"  # auto, f16 or q8_0
    endpoint: str = ""  # base URL of an OpenAI-compatible server, used instead of `model`
    endpoint_model: str = ""  # the model's name on that server
    api_key_variable: str = "COACH_API_KEY"  # name of the environment variable that holds the key
    timeout_seconds: float = 60.0  # of one remote request
    concurrency: int = 4  # remote requests at a time


@dataclass(frozen=True, slots=True)
class Judging:
    """How answers are judged."""

    judge: str = "auto"  # auto, semantic or llm
    ask_when_unsure: bool = True  # let the person confirm an uncertain grade


@dataclass(frozen=True, slots=True)
class Retrieval:
    """Search."""

    encoder: str = "bundled"  # "bundled" or the path of a sentence-transformers model
    retriever: str = ""  # "module:attribute" of a LangChain retriever used in place of ours


@dataclass(frozen=True, slots=True)
class Screen:
    """The terminal interface."""

    theme: str = "coach-dark"  # name of a theme; see the settings screen
    mouse: bool = True  # no: the mouse is the terminal's, to select and copy with
    keys: dict[str, str] = field(default_factory=dict)  # binding name -> key


@dataclass(frozen=True, slots=True)
class Backups:
    """Copies of the database."""

    keep: int = 7  # daily backups kept; 0: none are made


@dataclass(frozen=True, slots=True)
class Config:
    """All settings of one home."""

    paths: Paths = field(default_factory=default_paths)
    study: Study = Study()
    llm: Llm = Llm()
    judging: Judging = Judging()
    retrieval: Retrieval = Retrieval()
    screen: Screen = field(default_factory=Screen)
    backups: Backups = Backups()


CHOICES = {
    "study.scheduler": ("sm2", "fsrs"),
    "judging.judge": ("auto", "semantic", "llm"),
    "llm.kv_type": ("auto", "f16", "q8_0"),
}
RANGES: dict[str, tuple[float, float]] = {
    "study.minutes_per_day": (1, 1440),
    "study.new_per_day": (0, 1000),
    "study.rollover_hour": (0, 23),
    "study.max_follow_ups": (0, 3),
    "llm.context_tokens": (512, 131072),
    "llm.gpu_layers": (-1, 1000),
    "llm.threads": (0, 1024),
    "llm.timeout_seconds": (1, 3600),
    "llm.concurrency": (1, 256),
    "backups.keep": (0, 365),
}
_EXPECTED = {
    bool: "true or false",
    int: "a whole number",
    float: "a number",
    str: "a text in quotes",
    tuple: "a list of texts",
    dict: "names, each with a text",
}
_HEADER = re.compile(r"\s*\[\s*([\w-]+)\s*\]\s*(?:#|$)")
SECTIONS = {
    "study": Study,
    "llm": Llm,
    "judging": Judging,
    "retrieval": Retrieval,
    "screen": Screen,
    "backups": Backups,
}


def load(paths: Paths | None = None) -> Config:
    """Read the home's settings. Raises ConfigError naming file and key."""
    paths = paths or default_paths()
    try:
        data = tomllib.loads(_text(paths.config))
    except tomllib.TOMLDecodeError as error:
        raise _unreadable(paths.config, error) from error
    sections = {name: _section(name, cls, data.pop(name, {}), paths.config) for name, cls in SECTIONS.items()}
    if data:
        known = ", ".join(SECTIONS)
        raise ConfigError(f"{paths.config}: unknown section “{next(iter(data))}”.", f"Sections are {known}.")
    if endpoint := os.environ.get("COACH_ENDPOINT"):
        endpoint = checked("llm.endpoint", endpoint, str, paths.config)
        sections["llm"] = dataclasses.replace(sections["llm"], endpoint=endpoint)
    return Config(paths=paths, **sections)


def _text(file: Path) -> str:
    """What the file holds, empty if there is none. Raises ConfigError."""
    try:
        return file.read_text("utf-8") if file.exists() else ""
    except (UnicodeDecodeError, OSError) as error:
        raise _unreadable(file, error) from error


def _unreadable(file: Path, error: Exception) -> ConfigError:
    return ConfigError(f"Cannot read {file}: {error}.", "Mend or delete the file.")


def _section(name: str, cls: Any, values: Any, file: Path) -> Any:
    if not isinstance(values, dict):
        raise ConfigError(f"{file}: “{name}” is a section, written [{name}].")
    hints = get_type_hints(cls)
    for key, value in values.items():
        if key not in hints:
            known = ", ".join(hints)
            raise ConfigError(f"{file}: unknown key “{key}” in [{name}].", f"Known keys: {known}.")
        values[key] = checked(f"{name}.{key}", value, hints[key], file)
    return cls(**values)


def checked(key: str, value: Any, hint: Any, file: Path) -> Any:
    """Return `value` in the type of `hint`; raise ConfigError naming `key` when type, choice or range is wrong."""
    if hint is float and isinstance(value, int) and not isinstance(value, bool):
        value = float(value)
    expected = get_origin(hint) or hint
    if expected is tuple and isinstance(value, list):
        value = tuple(value)
    fits = isinstance(value, expected) and isinstance(value, bool) is (expected is bool)
    items = value.values() if isinstance(value, dict) else value if isinstance(value, tuple) else ()
    if not fits or not all(isinstance(item, str) for item in items):
        raise ConfigError(f"{file}: {key} is {value!r}.", f"Expected {_EXPECTED[expected]}.")
    if key in CHOICES and value not in CHOICES[key]:
        raise ConfigError(f"{file}: {key} is {value!r}.", f"Choose one of {', '.join(CHOICES[key])}.")
    if key == "llm.endpoint" and "@" in str(value).partition("//")[2].partition("/")[0]:  # messages name the address
        raise ConfigError(
            f"{file}: {key} holds a name or password.", "Put the key into the variable that `api_key_variable` names."
        )
    low, high = RANGES.get(key, (-math.inf, math.inf))
    if isinstance(value, int | float) and not low <= value <= high:
        raise ConfigError(f"{file}: {key} is {value!r}.", f"Allowed are {low} to {high}.")
    return value


def save_value(paths: Paths, section: str, key: str, value: Any) -> None:
    """Set one value in `config.toml`, keeping the rest of the file as it is, comments included.

    Raises ConfigError when type, choice or range is wrong, and when the file says it in a way that only a person can
    change: nothing is written then.
    """
    value = list(value) if isinstance(value, tuple) else value
    checked(f"{section}.{key}", value, _hint(section, key), paths.config)
    old = _text(paths.config)
    text = _with_value(old, section, key, value)
    try:
        before = tomllib.loads(old)
        as_meant = tomllib.loads(text) == {**before, section: {**before.get(section, {}), key: value}}
    except tomllib.TOMLDecodeError:
        as_meant = False
    if not as_meant:
        raise ConfigError(f"{paths.config}: {section}.{key} cannot be set from here.", "Edit this line by hand.")
    _replace(paths.ensure().config.resolve(), text)


def _with_value(text: str, section: str, key: str, value: Any) -> str:
    """The file's text with one line set: the key's, else a new one under its section's header."""
    lines = text.splitlines()
    entry = f"{key} = {_toml(value)}"
    headers = (i for i, line in enumerate(lines) if (found := _HEADER.match(line)) and found[1] == section)
    if (header := next(headers, None)) is None:
        lines += [*([""] if lines else []), f"[{section}]", entry]
    else:
        start = header + 1
        end = next((i for i in range(start, len(lines)) if lines[i].lstrip().startswith("[")), len(lines))
        at = next((i for i in range(start, end) if lines[i].split("=")[0].strip() == key), None)
        lines[start if at is None else at : start if at is None else at + 1] = [entry]
    return "\n".join(lines) + "\n"


def _replace(file: Path, text: str) -> None:
    """Write a file whole or not at all. Raises ConfigError."""
    fresh = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        fresh.write_text(text, "utf-8")
        os.replace(fresh, file)
    except OSError as error:
        raise ConfigError(f"Cannot write {file}: {error.strerror}.", "Make room, or check the permissions.") from error
    finally:
        with suppress(OSError):
            fresh.unlink()


def _hint(section: str, key: str) -> Any:
    hints = get_type_hints(SECTIONS[section]) if section in SECTIONS else {}
    if key not in hints:
        raise ConfigError(f"There is no setting {section}.{key}.")
    return hints[key]


def _toml(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, str):
        escaped = value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
        return f'"{escaped}"'
    if isinstance(value, dict):
        return "{ " + ", ".join(f'"{name}" = {_toml(item)}' for name, item in value.items()) + " }"
    return "[" + ", ".join(_toml(item) for item in value) + "]"
