"""All settings as a list, each with its sentence: the comment behind its field in `coach.config`.

Reading the sentences from the source keeps them in one place; the price is one look at the file when the settings are
opened.
"""

import inspect
import re
from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import Any

from coach.config import CHOICES, SECTIONS, Config, save_value
from coach.errors import ConfigError

_FIELD = re.compile(r"^    (\w+): .*?  # (.+)$", re.M)
_TRUE, _FALSE = ("yes", "true", "on"), ("no", "false", "off")


@dataclass(frozen=True, slots=True)
class Setting:
    """One field of the configuration.  choices: allowed values, empty if others are possible."""

    section: str
    key: str
    value: Any
    default: Any
    sentence: str
    choices: tuple[str, ...]

    @property
    def name(self) -> str:
        """E.g. "study.minutes_per_day"."""
        return f"{self.section}.{self.key}"

    @property
    def changed(self) -> bool:
        """Whether it differs from what a fresh home has."""
        return bool(self.value != self.default)


def settings(config: Config) -> list[Setting]:
    """Every field, in the order of the file."""
    return [setting for section in SECTIONS for setting in _section(config, section)]


def as_text(value: Any) -> str:
    """A value the way `from_text` reads it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, dict):
        return ", ".join(f"{name}={item}" for name, item in value.items())
    return ", ".join(value) if isinstance(value, tuple) else str(value)


def from_text(setting: Setting, text: str) -> Any:
    """The value that a person typed, in the field's type. Raises ConfigError when it cannot be one."""
    text = text.strip()
    kind = type(setting.default)
    try:
        if kind is bool:
            return _truth(text)
        if kind is tuple:
            return tuple(part.strip() for part in text.split(",") if part.strip())
        if kind is dict:
            return dict(_pair(part) for part in text.split(",") if part.strip())
        return kind(text)
    except ValueError as error:
        raise ConfigError(f"{setting.name} cannot be “{text}”.", f"It is {_WANTED[kind]}.") from error


def change(config: Config, setting: Setting, text: str) -> None:
    """Write a setting into the home's file. Raises ConfigError when type, choice or range is wrong."""
    save_value(config.paths, setting.section, setting.key, from_text(setting, text))


_WANTED = {
    bool: "yes or no",
    int: "a whole number",
    float: "a number",
    dict: "a list like name=key, name=key",
    str: "a text",
    tuple: "a list with commas",
}


def _section(config: Config, section: str) -> Iterator[Setting]:
    cls, values = SECTIONS[section], getattr(config, section)
    sentences = dict(_FIELD.findall(inspect.getsource(cls)))
    fresh = cls()
    for field in fields(cls):
        yield Setting(
            section=section,
            key=field.name,
            value=getattr(values, field.name),
            default=getattr(fresh, field.name),
            sentence=sentences.get(field.name, ""),
            choices=CHOICES.get(f"{section}.{field.name}", ()),
        )


def _truth(text: str) -> bool:
    if text.lower() in _TRUE + _FALSE:
        return text.lower() in _TRUE
    raise ValueError(text)


def _pair(part: str) -> tuple[str, str]:
    name, _, key = part.partition("=")
    if not name.strip() or not key.strip():
        raise ValueError(part)
    return name.strip(), key.strip()
