"""For any questions printed in a foreign layout, the reader gives them back: texts, sections, numbers, answers."""

import string

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from coach.bank.drafts import Draft
from coach.bank.readers import cards, disclosure_list, interviewer, knowledge_hub, numbered, readers, table
from tests.bank import layouts

WORDS = "cache tree loss model α batch kernel ∇f x̂ margin stream O(n) 3.5 e.g. don't log₂ C++ naïve 漢字".split()
words = st.lists(st.sampled_from(WORDS), min_size=2, max_size=12).map(" ".join)
asking = st.sampled_from(["What is", "How does", "Why would", "Explain why", "When do you prefer", "Your team meets"])
question_texts = st.tuples(asking, words, st.sampled_from(["?", "??"])).map(
    lambda parts: f"{parts[0]} {parts[1]}{parts[2]}"
)
sentences = words.map(lambda text: text[:1].upper() + text[1:] + ".")
paragraphs = st.lists(sentences, min_size=1, max_size=3).map(" ".join)
bullets = st.lists(words, min_size=1, max_size=3).map(lambda items: "\n".join(f"- {item}" for item in items))
steps = st.lists(sentences, min_size=1, max_size=5).map(
    lambda items: "Steps taken:\n" + "\n".join(f"{at}. {item}" for at, item in enumerate(items, 1))
)
glued = st.tuples(st.integers(1, 6), words, sentences).map(lambda parts: f"{parts[0]}. {parts[1].title()}: {parts[2]}")
code_lines = st.sampled_from(
    [
        "x = 1",
        "def f(x):",
        "    return x",
        "",
        "# 2. How does it work?",
        "## What is this?",
        "3. Why so?",
        "for i in x:",
    ]
)
code = st.lists(code_lines, min_size=1, max_size=6).map(
    lambda lines: "```\ny = 0\n" + "\n".join(lines) + "\nz = 2\n```"
)
prose_answers = st.lists(st.one_of(paragraphs, bullets, steps), min_size=1, max_size=4).map("\n\n".join)
answers = st.tuples(
    paragraphs, st.lists(st.one_of(paragraphs, bullets, steps, glued, code), max_size=4), paragraphs
).map(lambda parts: "\n\n".join([parts[0], *parts[1], parts[2]]))
# shrinking a whole document takes minutes, and the failing document says enough
fast = settings(
    max_examples=40,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.too_slow],
)


def numbers(count: int) -> list[str]:
    return [str(at) for at in range(1, count + 1)]


@st.composite
def documents(draw: st.DrawFn, answer: st.SearchStrategy[str]) -> list[Draft]:
    """Questions of one to three sections, numbered within each."""
    drafts = []
    for name in draw(st.lists(st.sampled_from(["Core Concepts", "System Design", "Coding"]), min_size=1, unique=True)):
        for number in numbers(draw(st.integers(2, 4))):
            text = draw(question_texts)
            drafts.append(Draft(text, draw(answer), 1, section=name, external_id=number))
    return drafts


def folded(text: str) -> str:
    return " ".join(text.split())


def essence(draft: Draft) -> tuple[str, str]:
    return folded(draft.text).replace("??", "?"), folded(draft.answer.replace("```", " ").replace("~~~", " "))


def placed(drafts: list[Draft]) -> list[tuple[str, ...]]:
    return [(*essence(draft), draft.section, draft.external_id) for draft in drafts]


@fast
@given(documents(answers))
def test_numbered(drafts: list[Draft]) -> None:
    text = layouts.numbered(drafts)
    assert numbered.sniff(text) > 0.3
    parsed = numbered.read(text, "f")
    assert placed(parsed.drafts) == placed(drafts)
    assert not parsed.skipped


@fast
@given(documents(answers))
def test_interviewer(drafts: list[Draft]) -> None:
    assert placed(interviewer.read(layouts.interviewer(drafts), "f").drafts) == placed(drafts)


@fast
@given(documents(st.one_of(paragraphs, prose_answers)))
def test_disclosure_list(drafts: list[Draft]) -> None:
    assert [essence(d) for d in disclosure_list.read(layouts.disclosure(drafts), "f").drafts] == [
        essence(d) for d in drafts
    ]


@fast
@given(documents(answers), st.lists(question_texts, max_size=3), st.integers(1, 5))
def test_knowledge_hub(drafts: list[Draft], follow_ups: list[str], level: int) -> None:
    entries = [
        Draft(d.text, d.answer, 1, external_id=f"ML-ADV-{at:03}", level=level, follow_ups=tuple(follow_ups))
        for at, d in enumerate(drafts)
    ]
    parsed = knowledge_hub.read(layouts.hub(entries), "f").drafts
    expected = [(folded(d.text).replace("??", "?"), d.external_id, d.level) for d in entries]
    assert [(d.text, d.external_id, d.level) for d in parsed] == expected
    for found, entry in zip(parsed, entries, strict=True):
        assert essence(found)[1].startswith(essence(entry)[1])
        assert found.answer.endswith(f"Mistaking {entry.external_id}.")
        assert list(found.follow_ups) == [folded(text).replace("??", "?") for text in follow_ups]


@fast
@given(documents(answers))
def test_cards(drafts: list[Draft]) -> None:
    assert [essence(d) for d in cards.read(layouts.cards(drafts), "f").drafts] == [essence(d) for d in drafts]


@fast
@given(documents(answers), st.none() | st.integers(1, 5))
def test_table(drafts: list[Draft], level: int | None) -> None:
    rows = [Draft(d.text, d.answer + ' "quoted", too', 1, section=d.section, level=level) for d in drafts]
    parsed = table.read(layouts.table(rows), "f").drafts
    assert [(*essence(d), d.section, d.level) for d in parsed] == [(*essence(d), d.section, d.level) for d in rows]


@fast
@given(st.text(string.printable + "▾✓\u0302\xa0", max_size=400))
def test_no_text_makes_a_reader_fail(text: str) -> None:
    for reader in readers():
        assert 0 <= reader.sniff(text) <= 1
        reader.read(text, "f")
