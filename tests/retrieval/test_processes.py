"""Search in processes of their own: what the first answer has to load, and two that search while a third writes."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

from coach.assemble import Parts
from coach.config import load
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

FIRST_ANSWER = """
import sys
from coach.assemble import Parts
from coach.config import load
assert Parts(load()).retriever.search_lexical("momentum")[0].question_id == "momentum"
print(*sys.modules)
"""


def test_the_first_answer_by_words_loads_no_library_but_sqlite():
    Parts(load()).store.close()  # the very first start writes the bank into the home
    ran = subprocess.run([sys.executable, "-c", FIRST_ANSWER], capture_output=True, text=True, check=True, cwd=ROOT)
    loaded = {name.partition(".")[0] for name in ran.stdout.split()}
    assert "sqlite3" in loaded
    assert not loaded & {"numpy", "sqlite_utils", "faiss", "torch", "sentence_transformers", "langchain_core"}


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
