"""An answer that the database refused is put into a side file, in the home or wherever there is still room."""

import tempfile
from datetime import datetime
from pathlib import Path

from coach.drafts import Drafts
from coach.models import Question
from coach.paths import Paths


def rescued(paths: Paths, question: Question, text: str, at: datetime) -> str:
    """Save the answer beside the database, else in the folder for temporary files; returns a sentence saying where."""
    for home in (lambda: paths, _elsewhere):
        try:
            return f"Your answer is in {Drafts(home()).rescue(question.id, question.text, text, at)}."
        except OSError:  # the next place may be on another disk
            continue
    return "Your answer could not be saved anywhere: copy it from the screen."


def _elsewhere() -> Paths:
    """A folder of our own: others can write to the one for temporary files, and must not read or replace an answer."""
    return Paths(Path(tempfile.mkdtemp(prefix="interview-coach-")))
