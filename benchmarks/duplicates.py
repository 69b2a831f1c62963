"""Near-duplicates across documents: precision and recall against what a person called the same question.

    python -m benchmarks.duplicates FOLDER [--json]

FOLDER holds the five documents that `duplicates_gold.json` is about, which are not part of the project. They are
imported into a fresh home beside the shipped bank. A question is named by the letter of its document (in the order of
file names) and its position there, so B3 is the third of the second. "same" lists groups of questions that one person
called the same after reading all 173, "either" those about which people may differ: linked or not, they do not count.
"bank" names the question of the shipped bank that asks the same.

links_*: a question against the one of the bank it is linked to.  pairs_*: questions of different documents that are
linked to the same one, or to each other.  all_pairs_precision: the same when "either" counts as different.
"""

import argparse
import json
import tempfile
from collections import defaultdict
from collections.abc import Iterable, Mapping
from itertools import combinations
from pathlib import Path
from typing import Any

from coach.ingest import ingest
from coach.retrieval.embedder import SentenceEncoder
from coach.shipped_bank import ensure_shipped_bank
from coach.storage import Store

GOLD = Path(__file__).with_name("duplicates_gold.json")
Pair = tuple[str, ...]


def linked(folder: Path, questions: Mapping[str, int]) -> dict[str, str]:
    """What the coach links each question to: the name of another one, an id of the bank, or nothing.

    questions: how many each document has, by letter. Raises SystemExit if these are not the documents.
    """
    with tempfile.TemporaryDirectory() as home:
        store = Store(Path(home, "coach.db"))
        ensure_shipped_bank(store)
        files = sorted(file for file in folder.iterdir() if file.is_file())
        ingest(store, files, "documents", embedder=SentenceEncoder(), derive=lambda answer, embedder: ())
        imported = [entry.question for entry in store.questions.stored("documents")]
        store.close()
    letters = dict(zip(map(str, files), questions, strict=False))
    names: dict[str, str] = {}
    count: dict[str, int] = defaultdict(int)
    for question in imported:
        letter = letters.get(str(Path(question.source)), "?")
        count[letter] += 1
        names[question.id] = f"{letter}{count[letter]}"
    if count != questions:
        raise SystemExit(f"These are not the documents of the list: {dict(count)} questions, expected {questions}.")
    return {names[q.id]: names.get(q.duplicate_of or "", q.duplicate_of or "") for q in imported}


def pairs(groups: Iterable[Iterable[str]]) -> set[Pair]:
    """All pairs of questions of different documents within a group."""
    both = (tuple(sorted(pair)) for group in groups for pair in combinations(group, 2))
    return {pair for pair in both if pair[0][0] != pair[1][0]}


def compare(links: Mapping[str, str], gold: Mapping[str, Any]) -> dict[str, Any]:
    """The figures, and what is wrong, by name."""
    bank, either = gold["bank"], gold["bank_either"]
    judged = {name: other for name, other in links.items() if other not in either.get(name, [])}
    right = [name for name, other in judged.items() if other == bank.get(name)]
    wrong = [f"{name} {other}" for name, other in judged.items() if other not in ("", *links, bank.get(name))]
    missed = [name for name in judged if name in bank and name not in right]
    groups: dict[str, set[str]] = defaultdict(set)
    for name, other in links.items():
        if other:
            groups[other] |= {name, other} & links.keys()
    found, same = pairs(groups.values()), pairs(group.split() for group in gold["same"])
    maybe = pairs(group.split() for group in gold["either"]) - same
    return {
        "links_precision": round(len(right) / (len(right) + len(wrong)), 3),
        "links_recall": round(len(right) / (len(right) + len(missed)), 3),
        "pairs_precision": round(len(found & same) / len(found - maybe), 3),
        "pairs_recall": round(len(found & same) / len(same), 3),
        "all_pairs_precision": round(len(found & same) / len(found), 3),
        "links_wrong": wrong,
        "links_missed": missed,
        "pairs_wrong": sorted(map(" ".join, found - same - maybe)),
        "pairs_missed": sorted(map(" ".join, same - found)),
    }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    gold = json.loads(GOLD.read_text("utf-8"))
    figures = compare(linked(options.folder.absolute(), gold["questions"]), gold)
    print(json.dumps(figures) if options.json else "\n".join(f"{name}: {value}" for name, value in figures.items()))


if __name__ == "__main__":
    main()
