"""Our question files: what is read, what is refused and where, and the round trip."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coach.bank.check import check
from coach.bank.markdown_format import looks_like_ours, parse, read
from coach.bank.markdown_render import render
from coach.bank.shipped import shipped_files
from coach.errors import BankError
from coach.models import KeyPoint, Question
from tests.bank import strategies

FILE = """# Optimisation

## What does momentum change?
id: momentum
kind: coding
level: 2
tags: sgd, heavy ball

It remembers.

```python
# Not a title
## Not a question
```

<!-- The usual formula is ambiguous. -->

1. First
2. Second

### Key points
- (3) The velocity decays
  exponentially.
  - probe: What is kept?
- (1, derived) Usually 0.9.

### Common mistakes
- \\# of steps is halved.

### Follow-ups
- And Nesterov?
"""


def test_everything_a_file_can_say_is_read() -> None:
    assert parse(FILE, source="a.md") == [
        Question(
            id="momentum",
            text="What does momentum change?",
            answer="It remembers.\n\n```python\n# Not a title\n## Not a question\n```\n\n\n1. First\n2. Second",
            topic="optimisation",
            kind="coding",
            level=2,
            key_points=(
                KeyPoint("The velocity decays exponentially.", 3, "What is kept?"),
                KeyPoint("Usually 0.9.", 1, derived=True),
            ),
            mistakes=("# of steps is halved.",),
            follow_ups=("And Nesterov?",),
            tags=("sgd", "heavy ball"),
            source="a.md",
            section="Optimisation",
            code_blocks=1,
        )
    ]


def test_windows_and_old_mac_line_ends_and_a_byte_order_mark_change_nothing() -> None:
    assert parse("\ufeff" + FILE.replace("\n", "\r\n")) == parse(FILE.replace("\n", "\r")) == parse(FILE)


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (("kind: coding", "kind: code"), "5: kind is “code”, expected one of concept, coding, system_design, beh"),
        (("level: 2", "level: 9"), "6: level is “9”, expected a number 1-5"),
        (("level: 2", "level: 2\nlevel: 3"), "7: a second level, expected each name once"),
        (("id: momentum", "id:"), "4: id is empty, expected a value"),
        (("heavy ball\n\nIt", "heavy ball\nIt"), "8: “It remembers.”, expected an empty line before the answer"),
        (("### Key points", "### Keypoints"), "21: unknown part “Keypoints”, expected Key points or Common"),
        (("- (3) The", "- The"), "22: “The velocity decays exponentially.”, expected “- (1) …”, “- (2) …” or “- (3)"),
        (("probe: What", "What"), "24: “What is kept?”, expected one line “- probe: …” under a key point"),
        (("- And Nesterov?", "And Nesterov?"), "31: text in “Follow-ups”, expected a list of lines “- …”"),
        (("### Follow-ups", "### Common mistakes"), "30: a second part “Common mistakes”, expected each part once"),
        (("- And Nesterov?\n", ""), "30: “Follow-ups” is empty, expected a list"),
    ],
)
def test_a_fault_names_its_line_and_what_was_expected(change: tuple[str, str], fault: str) -> None:
    assert change[0] in FILE
    with pytest.raises(BankError) as error:
        parse(FILE.replace(*change), source="a.md")
    assert error.value.message.startswith(f"a.md:{fault}")


@pytest.mark.parametrize(
    ("title", "topic"),
    [
        ("Оптимизация й регуляризация", "оптимизация-й-регуляризация"),
        ("अनुकूलन विधि", "अनुकूलन-विधि"),
        ("机器学习", "机器学习"),
        ("Café: Bias & variance²", "cafe-bias-variance2"),
    ],
)
def test_a_title_in_any_script_is_a_topic(title: str, topic: str, tmp_path: Path) -> None:
    file = tmp_path / "own.md"
    file.write_text(f"# {title}\n\n## Why?\nid: why\n\nSo.\n\n### Key points\n- (1) So it is.\n", "utf-8")
    assert check(file) == (1, [])
    (question,) = parse(file.read_text("utf-8"))
    assert question.topic == topic
    assert "topic:" not in render([question], title)


def test_check_lists_every_fault_of_a_folder(tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    (tmp_path / "a.md").write_text(FILE)
    (tmp_path / "b.md").write_text("# T\n\n## Q?\nid: momentum\n\nA.\n\n## No answer?\nid: x\n\n## No id?\n\nA.\n")
    (tmp_path / "c.md").write_bytes(b"\xff\xfe\x00")
    (tmp_path / "d.md").write_text("Just text.")
    sound, faults = check(tmp_path)
    assert sound == 3
    assert [fault.removeprefix(f"{tmp_path}/") for fault in faults] == [
        "b.md:3: no key points for “Q?”, expected a part “### Key points”",
        f"b.md:3: the id momentum is already used at {tmp_path}/a.md:3, expected an id of its own",
        "b.md:8: no answer to “No answer?”, expected the model answer under the question",
        "b.md:11: no id for “No id?”, expected a line “id: …” under the question",
        "b.md:11: no key points for “No id?”, expected a part “### Key points”",
        faults[5].removeprefix(f"{tmp_path}/"),
        "d.md:1: no question, expected a heading “## …?” for each question",
    ]
    assert "c.md:1: cannot be read" in faults[5]
    with pytest.raises(BankError, match="No Markdown file"):
        check(empty)


@settings(max_examples=300, deadline=None)
@given(st.lists(strategies.questions(), min_size=1, max_size=3), strategies.lines)
def test_rendered_questions_read_back_the_same(questions: list[Question], title: str) -> None:
    text = render(questions, title, topic="topic")
    assert parse(text, source="file.md", topic="topic") == questions
    assert looks_like_ours(text)


@pytest.mark.parametrize("path", shipped_files(), ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_every_shipped_file_survives_the_round_trip(path: Path) -> None:
    file = read(path.read_text("utf-8"), topic=path.parent.name)
    assert not file.faults
    again = render(file.questions, file.questions[0].section, path.parent.name)
    assert parse(again, topic=path.parent.name) == file.questions
