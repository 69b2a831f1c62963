"""Whatever bytes come in, nothing but a CoachError (or the errors a batch turns into a line) comes out."""

import io
import json
from collections.abc import Callable
from contextlib import redirect_stdout, suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coach import config
from coach.bank.documents import KNOWN, load_text
from coach.bank.readers import readers
from coach.batch import question_of, text_of
from coach.errors import CoachError
from coach.exchange import FORMAT
from coach.merge import check_question
from coach.paths import Paths
from coach.srs import batch as srs_batch
from coach.srs.export import from_line
from tests.trust.fuzzing import few
from tui.jsonl import graded_keys, run_batch

ORDINARY = (CoachError, ValueError, TypeError, KeyError)
"""What a batch turns into a line, and an import into a message that names the line."""


def refused(call: Callable[..., Any], *arguments: Any) -> CoachError | None:
    """The error meant for people that a call ended with, None if it succeeded."""
    try:
        call(*arguments)
    except CoachError as error:
        return error
    return None


Temporary = pytest.TempPathFactory
scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20)
anything = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4)
)
LINES = (
    "# Title", "## Why?", "1. What is x?", "12) Q", "### Question 3", "**Interviewer:** why", "```python", "```", "~~~",
    "Q: a", "A: b", "---", "> quote", "| a | b |", "|---|---|", "id: x", "kind: concept", "level: 9", "### Key points",
    "- (3) point", "  - probe: p?", "- (9) bad", "### Follow-ups", "<details>", "▼", "text", "", "\t", "Answer:",
    "question,answer,reviews", '"a","b",2026-01-05T18:00:00Z=4', "\u200b", "é" * 50,
)  # fmt: skip
documents = st.lists(st.sampled_from(LINES) | st.text(max_size=30), max_size=25).map("\n".join)


@few
@given(documents)
def test_every_reader_takes_every_text(text: str) -> None:
    for reader in readers():
        assert 0 <= reader.sniff(text) <= 1
        try:
            parsed = reader.read(text, "fuzz.md")
        except CoachError:
            continue
        for draft in parsed.drafts:
            assert draft.text.strip()
            assert draft.answer.strip()


MAGIC = [b"", b"%PDF-1.7\n", b"PK\x03\x04", b"\xff\xfe", b"\xef\xbb\xbf", b"SQLite format 3\0", b"<html>", b"\x1f\x8b"]


@few
@given(st.sampled_from(MAGIC), st.binary(max_size=300), st.sampled_from(sorted(KNOWN)))
def test_any_file_is_text_or_refused(tmp_path_factory: Temporary, head: bytes, rest: bytes, end: str) -> None:
    file = tmp_path_factory.mktemp("fuzz") / f"file{end}"
    file.write_bytes(head + rest)
    error = refused(load_text, file)
    assert error.message if error else load_text(file).strip()


toml_values = st.one_of(
    st.integers(-(10**6), 10**6).map(str),
    st.floats(allow_nan=True).map(repr),
    st.booleans().map(lambda value: str(value).lower()),
    st.text(max_size=12).map(json.dumps),
    st.lists(st.text(max_size=4).map(json.dumps), max_size=3).map(lambda items: f"[{', '.join(items)}]"),
    st.just("{ a = 1 }"),
    st.just("2026-01-01"),
)
keys = st.sampled_from(
    [(name, key) for name, section in config.SECTIONS.items() for key in section.__annotations__] + [("study", "typo")]
)


@few
@given(keys, toml_values)
def test_a_setting_is_taken_or_refused_by_name(tmp_path_factory: Temporary, key: tuple[str, str], value: str) -> None:
    paths = Paths(tmp_path_factory.mktemp("home"))
    paths.config.write_text(f"[{key[0]}]\n{key[1]} = {value}\n", "utf-8", errors="replace")
    error = refused(config.load, paths)
    assert error is None or str(paths.config) in error.message
    assert error is not None or key[1] != "typo"


@few
@given(st.binary(max_size=200))
def test_a_configuration_of_any_bytes(tmp_path_factory: Temporary, content: bytes) -> None:
    paths = Paths(tmp_path_factory.mktemp("home"))
    paths.config.write_bytes(content)
    error = refused(config.load, paths)
    assert error is None or str(paths.config) in error.message


names = "id question answer reference key_points kind start events utc tz rollover_hour".split()
fields = st.sampled_from(names)
records = st.dictionaries(fields | st.text(max_size=5), anything, max_size=8)


@few
@given(records)
def test_a_batch_record_is_read_or_explained(record: dict[str, Any]) -> None:
    for read in (question_of, lambda r: text_of(r, "answer"), replayed, srs_batch.study_day_of):
        with suppress(*ORDINARY):
            read(record)


def replayed(record: dict[str, Any]) -> object:
    return srs_batch.replay(record, "sm2")


events = st.fixed_dictionaries(
    {},
    optional={
        "date": st.sampled_from(["2026-01-01", "2026-13-01", "", "9999-12-31"]) | anything,
        "grade": st.integers(-1, 6) | anything,
        "kind": st.sampled_from(["review", "redrill", "x"]) | anything,
    },
)


wrong_histories = st.fixed_dictionaries({"start": anything, "events": st.lists(events, max_size=5)})
starts = st.fixed_dictionaries(
    {},
    optional={
        "n": st.integers(0, 10**6),
        "interval": st.integers(0, 10**9),
        "ef": st.integers(130, 9999).map(lambda hundredths: hundredths / 100),
    },
)
answers = st.fixed_dictionaries(
    {"date": st.dates().map(str), "grade": st.integers(0, 5)}, optional={"kind": st.sampled_from(["review", "redrill"])}
)
histories = st.fixed_dictionaries({"events": st.lists(answers, max_size=9)}, optional={"start": starts | st.none()})


@few
@given(wrong_histories)
def test_a_wrong_review_history_is_explained(record: dict[str, Any]) -> None:
    with suppress(*ORDINARY):
        replayed(record)


@few
@given(histories)
def test_a_review_history_gives_a_state_for_every_event(record: dict[str, Any]) -> None:
    states = srs_batch.replay(record)["states"]
    assert len(states) == len(record["events"])
    for event, state in zip(record["events"], states, strict=True):
        assert state["ef"] >= 1.3
        assert state["redrill"] == (event["grade"] < 4)
        assert event.get("kind") == "redrill" or (state["n"] == 0) == (event["grade"] < 3)


batch_lines = st.binary(max_size=40) | (anything | st.fixed_dictionaries({"id": anything})).map(
    lambda value: json.dumps(value).encode()
)


@few
@given(st.lists(batch_lines, max_size=6))
def test_a_batch_file_of_any_bytes_gives_a_line_each(tmp_path_factory: Temporary, lines: list[bytes]) -> None:
    lines = [line.replace(b"\n", b" ") for line in lines]
    file, earlier = tmp_path_factory.mktemp("fuzz") / "batch.jsonl", tmp_path_factory.mktemp("fuzz") / "earlier.jsonl"
    file.write_bytes(b"\n".join(lines))
    printed, again = io.StringIO(), io.StringIO()
    with redirect_stdout(printed):
        run_batch(file, lambda record: {"status": "graded"})
    earlier.write_text(printed.getvalue(), "utf-8", errors="backslashreplace")
    with redirect_stdout(again):
        run_batch(file, lambda record: {"status": "graded"}, skip=graded_keys(earlier))
    assert len(printed.getvalue().split("\n")) == sum(bool(line.strip()) for line in lines) + 1
    assert again.getvalue() == "".join(f"{line}\n" for line in printed.getvalue().split("\n") if '"error"' in line)


exported = st.fixed_dictionaries(
    {"id": scalars, "kind": st.sampled_from(["review", "undo"]) | scalars, "question_id": scalars, "at": scalars},
    optional=dict.fromkeys(("grade", "study_day", "target_id", "key_points", "text", "level", FORMAT), anything),
)


@few
@given(exported)
def test_rows_of_a_foreign_export_are_refused_with_an_ordinary_error(row: dict[str, Any]) -> None:
    for read in (check_question, lambda r: from_line(json.dumps(r))):
        with suppress(*ORDINARY, AttributeError, IndexError):
            read(row)


def test_fuzzing_is_able_to_fail(tmp_path: Path) -> None:
    (tmp_path / "file.pdf").write_bytes(b"%PDF-1.7\n")
    with pytest.raises(CoachError):
        load_text(tmp_path / "file.pdf")
