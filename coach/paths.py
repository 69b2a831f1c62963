"""Every place the coach writes to, in one file. `COACH_HOME` moves all of it but the cache that homes share."""

import os
from dataclasses import dataclass
from pathlib import Path

import platformdirs

from coach.errors import StorageError


@dataclass(frozen=True, slots=True)
class Paths:
    """The files of one home."""

    home: Path

    @property
    def database(self) -> Path:
        """Questions, interviews, the review log, embeddings."""
        return self.home / "coach.db"

    @property
    def config(self) -> Path:
        """The person's settings, TOML."""
        return self.home / "config.toml"

    @property
    def index(self) -> Path:
        """FAISS index files: a cache, safe to delete."""
        return self.home / "index"

    @property
    def states(self) -> Path:
        """Saved states of the language model, of system texts and of whole interviews: a cache, safe to delete."""
        return self.home / "states"

    @property
    def models(self) -> Path:
        """Downloaded language models."""
        return self.home / "models"

    @property
    def backups(self) -> Path:
        """Rotating backups of the database."""
        return self.home / "backups"

    @property
    def rescued(self) -> Path:
        """Answers typed while the database could not be written."""
        return self.home / "rescued"

    @property
    def reports(self) -> Path:
        """Reports on interviews that the person has exported."""
        return self.home / "reports"

    def ensure(self) -> "Paths":
        """Create the home, readable by its owner alone. Raises StorageError."""
        try:
            self.home.mkdir(parents=True, exist_ok=True, mode=0o700)
        except OSError as error:
            hint = "Check the permissions there, or set COACH_HOME."
            raise StorageError(f"Cannot make the folder {self.home}: {error.strerror}.", hint) from error
        return self


def expanded(named: str | Path) -> Path:
    """The path with its `~` resolved; a user that nobody knows stays as typed, where `Path.expanduser` would raise."""
    return Path(os.path.expanduser(named))


def default_paths() -> Paths:
    """The home named by COACH_HOME, else the platform's folder for user data."""
    named = os.environ.get("COACH_HOME")
    return Paths(expanded(named) if named else platformdirs.user_data_path("interview-coach", appauthor=False))


def shared_cache() -> Path:
    """What all homes of a user share and may lose at any time: COACH_CACHE, else the platform's folder for caches."""
    named = os.environ.get("COACH_CACHE")
    return expanded(named) if named else platformdirs.user_cache_path("interview-coach", appauthor=False)
