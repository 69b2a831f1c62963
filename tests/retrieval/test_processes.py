"""Two coaches search one home while a third writes to it."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

from coach.retrieval.hybrid import HybridRetriever
from coach.retrieval.indexing import index_questions

ROOT = Path(__file__).parents[2]
READER = """
import sys
from pathlib import Path
from coach.retrieval.hybrid import HybridRetriever
from coach.storage import Store
from tests.retrieval.conftest import WordEncoder
folder = Path(sys.argv[1])
retriever = HybridRetriever(Store(folder / "coach.db"), WordEncoder(), folder / "index")
print("ready", flush=True)
for _ in range(60):
    assert retriever.search("a velocity accumulates past slopes", 1)[0].question_id == "momentum"
"""


def test_two_processes_search_while_one_writes(store, questions, encoder):
    folder = store.path.parent
    index_questions(store, questions, encoder)
    writer = HybridRetriever(store, encoder, folder / "index")
    writer.refresh()
    readers = [
        subprocess.Popen(
            [sys.executable, "-c", READER, str(folder)],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(2)
    ]
    for reader in readers:
        assert reader.stdout.readline() == "ready\n"
    for number in range(12):
        extra = replace(questions[1], id="extra", text=f"Extra question {number}?", answer=f"Answer {number}.")
        index_questions(store, [*questions, extra], encoder)
        writer.refresh()
    for reader in readers:
        _, errors = reader.communicate(timeout=120)
        assert reader.returncode == 0, errors
    assert not list((folder / "index").glob(".*")), "a draft was left behind"
