"""A path as a person types it: it may begin with `~`, name nobody's home, or be no path at all."""

from pathlib import Path

from coach.paths import expanded


def existing(typed: str | Path) -> Path | None:
    """The path with its `~` resolved, None if nothing is there; a link that leads nowhere is something.

    Also None where the question itself fails: an unknown user's home, a name longer than names can be, a zero byte.
    """
    try:
        path = expanded(typed)
        return path if path.exists() or path.is_symlink() else None
    except (OSError, ValueError):
        return None
