"""The person's own editor for a text: $VISUAL, $EDITOR, or the first known one that is installed."""

import os
import shlex
import shutil
import subprocess
import tempfile
from pathlib import Path

from textual.app import App, SuspendNotSupported

from coach.errors import CoachError

KNOWN_EDITORS = ("nano", "vim", "vi")


def editor_command() -> list[str]:
    """The command of the editor, without the file. Raises CoachError if there is none."""
    named = os.environ.get("VISUAL") or os.environ.get("EDITOR")
    if named:
        return shlex.split(named)
    for name in KNOWN_EDITORS:
        if shutil.which(name):
            return [name]
    raise CoachError("No text editor was found.", "Name one in the variable EDITOR.")


def edited(app: App[object], text: str, *, suffix: str = ".md") -> str:
    """Leave the screen to the editor and return the text it saved.

    Raises CoachError if the editor cannot be started, ends with an error, or the terminal cannot be lent.
    """
    command = editor_command()
    with tempfile.TemporaryDirectory(prefix="coach-") as folder:
        file = Path(folder) / f"answer{suffix}"
        file.write_text(text, "utf-8")
        try:
            with app.suspend():
                code = subprocess.run([*command, str(file)], check=False).returncode
        except (OSError, SuspendNotSupported) as error:
            raise CoachError(f"The editor {command[0]} cannot be started.", "Check the variable EDITOR.") from error
        if code != 0:
            raise CoachError(f"The editor {command[0]} ended with code {code}.", "Your text is unchanged.")
        return file.read_text("utf-8").rstrip("\n")
