"""The question bank that comes with the coach, in a checkout and in an installed package alike."""

from hashlib import blake2b
from pathlib import Path

from coach.models import Question

COLLECTION = "bank"
TOPIC_ORDER = "topics.txt"
"""Beside the topics' folders: their names, one a line, in the order in which a newcomer meets them."""
READER_VERSION = "2"
"""Raise it when the same files must be read differently: every home then takes the bank in again."""


def shipped_folder() -> Path:
    """The folder that holds `<topic>/<name>.md`: package data when installed, `corpus/` at the root of a checkout."""
    package = Path(__file__).parents[1]
    packed = package / "_corpus"
    return packed if packed.is_dir() else package.parent / "corpus"


def shipped_files() -> list[Path]:
    """The bank's files, in order of topic and name."""
    return sorted(shipped_folder().glob("*/*.md"))


def shipped_state() -> str:
    """A hash that changes whenever the bank, or how it is read, does. Takes milliseconds."""
    digest = blake2b(READER_VERSION.encode(), digest_size=16)
    for path in [shipped_folder() / TOPIC_ORDER, *shipped_files()]:
        content = path.read_bytes()
        digest.update(f"\0{path.parent.name}/{path.name}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()


def shipped_questions() -> list[Question]:
    """Every question of the bank, by topic as in `TOPIC_ORDER`, within a topic the easy ones first.

    `source` is `corpus/<topic>/<name>.md`, the topic is the folder's name.
    """
    from coach.bank.markdown_format import parse  # the Markdown parser costs a third of the first frame

    questions: list[Question] = []
    for path in shipped_files():
        topic = path.parent.name
        source = f"corpus/{topic}/{path.name}"
        questions += parse(path.read_text("utf-8"), source=source, topic=topic, collection=COLLECTION)
    place = {topic: at for at, topic in enumerate(topic_order())}
    return sorted(questions, key=lambda question: (place.get(question.topic, len(place)), question.level))


def topic_order() -> list[str]:
    """Topics of the bank from the fundamental to the special, with coding and behavioral ones in between."""
    return (shipped_folder() / TOPIC_ORDER).read_text("utf-8").split()
