"""The person's own editor for a text: $VISUAL, $EDITOR, or the first known one that is installed."""

import os
import shlex
import shutil
import subprocess
import tempfile
from contextlib import ExitStack
from pathlib import Path

from textual.app import App, SuspendNotSupported

from coach.errors import CoachError

KNOWN_EDITORS = ("nano", "vim", "vi")


def editor_command() -> list[str]:
    """The command of the editor, without the file. Raises CoachError if there is none."""
    named = os.environ.get("VISUAL") or os.environ.get("EDITOR")
    if named:
        try:
            return shlex.split(named)
        except ValueError as error:
            raise CoachError(f"The editor “{named}” is no command: {error}.", "Check the variable EDITOR.") from error
    for name in KNOWN_EDITORS:
        if shutil.which(name):
            return [name]
    raise CoachError("No text editor was found.", "Name one in the variable EDITOR.")


def edited(app: App[object], text: str) -> str:
    """Leave the screen to the editor and return the text it saved.

    Raises CoachError if the editor cannot be started, ends with an error, saves no UTF-8 text, or the terminal cannot
    be lent.
    """
    command = editor_command()
    with ExitStack() as stack:
        folder = Path(tempfile.mkdtemp(prefix="coach-"))
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        file = folder / "answer.md"
        file.write_text(text, "utf-8")
        try:
            with app.suspend():
                code = subprocess.run([*command, str(file)], check=False).returncode
        except (OSError, SuspendNotSupported) as error:
            raise CoachError(f"The editor {command[0]} cannot be started.", "Check the variable EDITOR.") from error
        if code != 0:
            raise CoachError(f"The editor {command[0]} ended with code {code}.", "Your text is unchanged.")
        try:
            return file.read_text("utf-8").rstrip("\n")
        except UnicodeDecodeError as error:
            stack.pop_all()  # what was written stays where it is
            raise CoachError("The editor did not save UTF-8 text.", f"What you wrote is in {file}.") from error
        except OSError as error:
            raise CoachError(f"The editor left no text: {error.strerror}.", "Your text is unchanged.") from error
