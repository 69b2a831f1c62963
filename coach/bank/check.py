"""`coach check`: every fault of question files, each with its place and what was expected there."""

from collections.abc import Iterator
from pathlib import Path

from coach.bank.faults import Fault
from coach.bank.markdown_format import File, read
from coach.errors import BankError


def check(path: Path) -> tuple[int, list[str]]:
    """Return the number of sound questions under `path` (a file or folder) and its faults as `file:line: …`.

    Raises BankError if there is no Markdown file at all.
    """
    files = [path] if path.is_file() else sorted(path.rglob("*.md"))
    if not files:
        raise BankError(f"No Markdown file in {path}.", "Give a question file or a folder of them.")
    first_seen: dict[str, str] = {}
    shown: list[str] = []
    sound = 0
    for name in files:
        try:
            file = read(name.read_text("utf-8"), source=str(name))
        except (OSError, UnicodeDecodeError) as error:
            shown.append(Fault(1, f"cannot be read ({error})", "a text file in UTF-8").shown(str(name)))
            continue
        sound += len(file.questions)
        shown += [fault.shown(str(name)) for fault in sorted([*file.faults, *_faults(file, str(name), first_seen)])]
    return sound, shown


def _faults(file: File, name: str, first_seen: dict[str, str]) -> Iterator[Fault]:
    """What the format allows but a bank must not have. first_seen: place of every id met so far; is added to."""
    for question, line in zip(file.questions, file.lines, strict=True):
        if not question.id:
            yield Fault(line, f"no id for “{question.text}”", "a line “id: …” under the question")
        elif place := first_seen.get(question.id):
            yield Fault(line, f"the id {question.id} is already used at {place}", "an id of its own")
        else:
            first_seen[question.id] = f"{name}:{line}"
        if not question.key_points:
            yield Fault(line, f"no key points for “{question.text}”", "a part “### Key points”")
        if not question.topic:
            yield Fault(1, "no title", "a line “# …” with the file's subject")
