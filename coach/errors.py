"""The family of errors meant for the person at the keyboard.

    CoachError
    ├── BankError           a document or question file cannot be read
    ├── ConfigError         the configuration is wrong
    ├── StorageError        the database cannot be used
    │   ├── StorageBusy     another coach holds it
    │   └── NewerDatabase   it was written by a newer version
    ├── EmbedderUnavailable the encoder cannot be loaded
    ├── LlmUnavailable      the language model cannot be loaded or has failed
    │   ├── ContextFull     the text does not fit the model's window
    │   └── Stopped         somebody stopped the model on purpose
    ├── DownloadError       a model could not be fetched
    └── NotGraded           the judge gave no usable verdict

Bases are there to be caught, leaves to be read. Anything that is not a CoachError is a bug and should look like one.
"""

import sys


class CoachError(Exception):
    """Something the person can act on: `message` says what is wrong, `hint` what to do next."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message} {self.hint}".strip()


def install(extra: str) -> str:
    """The command that adds an extra to the environment that is running.

    Not `pip` alone: that may lead elsewhere, and fetch whatever has this name in a public index.
    """
    return f"{sys.executable} -m pip install 'interview-coach[{extra}]'"


class BankError(CoachError):
    """A document or question file cannot be read."""


class ConfigError(CoachError):
    """The configuration names something unknown or out of range."""


class StorageError(CoachError):
    """The database cannot be used."""


class StorageBusy(StorageError):
    """Another process holds the database."""


class NewerDatabase(StorageError):
    """The database was written by a newer version of the coach."""


class EmbedderUnavailable(CoachError):
    """The sentence encoder cannot be loaded."""


class LlmUnavailable(CoachError):
    """The language model cannot be loaded, or failed while working."""


class ContextFull(LlmUnavailable):
    """The text does not fit into the model's context window."""


class Stopped(LlmUnavailable):
    """The model was stopped in the middle of its work, on request; nothing is wrong with it."""

    def __init__(self) -> None:
        super().__init__("The model was stopped.")


class DownloadError(CoachError):
    """A model could not be fetched or is not what it claims to be."""


class NotGraded(CoachError):
    """The judge gave no usable verdict; nothing is scheduled."""
