"""Layouts that people's own notes have: questions in bold, disclosures, dotted cards, tables without names."""

from hypothesis import given

from coach.bank.drafts import Draft, Parsed
from coach.bank.readers import bold_questions, disclosures, reader_for
from tests.bank import layouts
from tests.bank.test_layout_properties import answers, documents, essence, fast, placed


def read(text: str) -> Parsed:
    """As an import does: the reader is chosen by the content."""
    reader = reader_for(text)
    assert reader is not None
    return reader.read(text, "file.txt")


def pairs(parsed: Parsed) -> list[tuple[str, str]]:
    return [(draft.text, draft.answer) for draft in parsed.drafts]


@fast
@given(documents(answers))
def test_bold_questions_come_back(drafts: list[Draft]) -> None:
    text = layouts.bold(drafts)
    assert reader_for(text) is bold_questions
    assert placed(bold_questions.read(text, "f").drafts) == placed(drafts)


@fast
@given(documents(answers))
def test_disclosures_come_back(drafts: list[Draft]) -> None:
    text = layouts.unfolding(drafts)
    assert reader_for(text) is disclosures
    found = disclosures.read(text, "f").drafts
    assert [(*essence(d), d.section) for d in found] == [(*essence(d), d.section) for d in drafts]


def test_items_of_a_list_that_ask_in_bold() -> None:
    text = "# Bread\n\n1. **What is rye?**\n\n   A cereal.\n\n   - dark\n2. **Why knead?** Gluten.\n- **Note** Salt.\n"
    parsed = read(text)
    assert pairs(parsed) == [("What is rye?", "A cereal.\n\n- dark"), ("Why knead?", "Gluten.\n- **Note** Salt.")]
    assert [(draft.external_id, draft.section) for draft in parsed.drafts] == [("1", "Bread"), ("2", "Bread")]


def test_a_question_in_bold_within_an_answer_begins_no_question() -> None:
    text = "**Q1. What is rye?**\nA cereal.\n**Why so dark?** Bran.\n\n**Q2: Why knead?**\nGluten.\n"
    assert pairs(read(text)) == [("What is rye?", "A cereal.\n**Why so dark?** Bran."), ("Why knead?", "Gluten.")]
    numbered = "".join(f"{at}. Why is bread number {at} dark?\n\n**What is bran?** A hull.\n\n" for at in range(1, 5))
    assert [draft.text for draft in read(numbered).drafts] == [f"Why is bread number {at} dark?" for at in range(1, 5)]


def test_a_bold_question_without_an_answer_is_listed() -> None:
    parsed = read("**What is rye?**\n\n**Why knead?**\nGluten.\n")
    assert pairs(parsed) == [("Why knead?", "Gluten.")]
    assert [(part.line, part.reason) for part in parsed.skipped] == [(1, "no answer to “What is rye?”")]


def test_dotted_cards() -> None:
    assert pairs(read("Q. What is rye?\nA. A cereal.\n\nQ. Why knead?\nA. Gluten.\n")) == [
        ("What is rye?", "A cereal."),
        ("Why knead?", "Gluten."),
    ]
    choices = "Q: Which one is dark?\nA. Wheat\nB. Rye\nA: B\n"
    assert pairs(read(choices)) == [("Which one is dark? A. Wheat B. Rye", "B")]


def test_what_stands_beside_questions_and_asks_nothing_is_listed() -> None:
    text = "# Bread\n\nHow to.\n\n## What is rye?\n\nA cereal.\n\n### Colour\n\nDark.\n\n## On spelt\n\nAn older one.\n"
    parsed = read(text)
    assert pairs(parsed) == [("What is rye?", "A cereal.\n\n### Colour\n\nDark.")]
    assert [(part.line, part.reason) for part in parsed.skipped] == [(13, "“On spelt” asks nothing")]


def test_ankis_text_export_names_no_columns() -> None:
    (card,) = read("#separator:tab\n#html:true\n#tags column:3\nWhat is <b>x</b>?\tA &amp; B<br>C\tmaths\n").drafts
    assert (card.text, card.answer, card.tags) == ("What is x?", "A & B\nC", ("maths",))
    heads = "#separator:tab\n#html:true\n#guid column:1\n#notetype column:2\n#deck column:3\n#tags column:6\n"
    (card,) = read(heads + 'g1\tBasic\tBread\tRye\t"A n<sup>2</sup><pre>x = 1\ny = 2</pre>"\tdark\n').drafts
    assert (card.text, card.external_id, card.section, card.tags) == ("Rye", "g1", "Bread", ("dark",))
    assert (card.answer, card.code_blocks) == ("A n^2\n```\nx = 1\ny = 2\n```", 1)


def test_spreadsheets_that_say_their_separator() -> None:
    (row,) = read('sep=;\nQuestion;Answer;Level\n"What is a; b?";"two\nlines";3\n').drafts
    assert (row.text, row.answer, row.level, row.line) == ("What is a; b?", "two\nlines", 3, 3)


def test_two_columns_without_names_are_cards_if_the_first_asks() -> None:
    assert pairs(read("What is AUC?,The area\nWhat is F1?,A mean\nRecall,A share\n")) == [
        ("What is AUC?", "The area"),
        ("What is F1?", "A mean"),
        ("Recall", "A share"),
    ]
    assert reader_for("Anna,Berlin\nBert,Paris\n") is None


def test_tables_of_markdown() -> None:
    text = "# Bread\n\n| # | Question | Answer |\n|-|:-|-|\n| 1 | What is a \\| b? | Either.<br>Or. |\n| 2 | Why? | |\n"
    parsed = read(text)
    assert pairs(parsed) == [("What is a | b?", "Either.\nOr.")]
    assert (parsed.drafts[0].section, parsed.drafts[0].line) == ("Bread", 5)
    assert [(part.line, part.reason) for part in parsed.skipped] == [(6, "no question or no answer in this row")]
