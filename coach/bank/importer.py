"""The plan of an import: what is new, changed, unchanged and gone. Pure: nothing is read or written here."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace

from coach.bank.drafts import Draft
from coach.bank.identity import draft_hash, fresh_id, matched
from coach.models import Question


@dataclass(frozen=True, slots=True)
class Known:
    """A question of the last import. source_hash: of the draft it was made from."""

    question: Question
    source_hash: str
    retired: bool = False


@dataclass(frozen=True, slots=True)
class Document:
    """One document that was read. path: as it is to be shown and stored; ours: in our own format."""

    path: str
    drafts: tuple[Draft, ...]
    ours: bool = False


@dataclass(frozen=True, slots=True)
class Entry:
    """One question of the plan, in the order of the documents."""

    id: str
    source: str
    position: int
    draft: Draft
    source_hash: str


@dataclass(slots=True)
class Plan:
    """What an import will do. returning: ids of `new` ones that were retired before.

    restored: those of them whose source says again what it said last, as they were left, by id.
    """

    new: list[Entry] = field(default_factory=list)
    changed: list[Entry] = field(default_factory=list)
    unchanged: list[Entry] = field(default_factory=list)
    gone: list[Question] = field(default_factory=list)
    returning: set[str] = field(default_factory=set)
    restored: dict[str, Question] = field(default_factory=dict)


def plan(
    documents: Sequence[Document],
    known: Sequence[Known],
    collection: str,
    *,
    taken: Collection[str],
    vanished: Collection[str],
) -> Plan:
    """Compare documents with what the collection holds.

    taken: ids of all questions in the home.  vanished: source paths that do not exist any more: their questions may
    have moved into one of the documents, and are gone if not.
    """
    result = Plan()
    by_id = {entry.question.id: entry for entry in known}
    said = {key: entry.source_hash for key, entry in by_id.items()}
    free = set(by_id)
    ids: list[dict[int, str]] = []
    for document in documents:  # first each document with its own last version
        own = [entry.question for entry in known if entry.question.source == document.path]
        ids.append(matched(document.drafts, [question for question in own if question.id in free], said))
        free -= set(ids[-1].values())
    sources = {document.path for document in documents}
    movable = [entry.question for entry in known if entry.question.source in sources.union(vanished)]
    for document, found in zip(documents, ids, strict=True):  # then with what left the other documents
        rest = [index for index in range(len(document.drafts)) if index not in found]
        left = [question for question in movable if question.id in free]
        moved = matched([document.drafts[i] for i in rest], left, said) if rest else {}
        found |= {rest[index]: key for index, key in moved.items()}
        free -= set(moved.values())
    _fill(result, documents, ids, by_id, collection, set(taken))
    gone = [entry for entry in known if entry.question.id in free and not entry.retired]
    result.gone = [entry.question for entry in gone if entry.question.source in sources.union(vanished)]
    return result


def _fill(
    result: Plan,
    documents: Sequence[Document],
    ids: Sequence[dict[int, str]],
    by_id: dict[str, Known],
    collection: str,
    taken: set[str],
) -> None:
    position = 0
    for document, found in zip(documents, ids, strict=True):
        for index, draft in enumerate(document.drafts):
            key = found.get(index) or fresh_id(draft, collection, taken, ours=document.ours)
            taken.add(key)
            entry = Entry(key, document.path, position, draft, draft_hash(draft))
            position += 1
            old = by_id.get(key) if index in found else None
            if old is None:
                result.new.append(entry)
            elif old.source_hash == entry.source_hash and not old.retired:
                result.unchanged.append(entry)
            elif old.retired:
                result.new.append(entry)
                result.returning.add(key)
                if old.source_hash == entry.source_hash:
                    result.restored[key] = replace(old.question, source=entry.source)
            else:
                result.changed.append(entry)
