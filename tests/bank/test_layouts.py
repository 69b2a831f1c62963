"""Readers of foreign layouts, held against documents of our own with every trap that real ones have set."""

from coach.bank.drafts import Parsed
from coach.bank.readers import reader_for

MOCK = """# Mock interviews

## Phone Screen

### Question 1: Regularised loss
**Interviewer:** "What does weight decay do?
Does it help?"

**Ideal Answer:**
```
It shrinks weights:

1. First by a factor
2. Then every step

### Not a heading of ours
Pseudocode:
   ```
   for step in steps:
       w = (1 - decay) * w
   ```
Last words.
```

### Question 2: Code
**Interviewer:** "Write a mean function."

**Ideal Solution:**
```python
## a comment with two signs
def mean(x):
    return sum(x) / len(x)
```

**Explanation:**
```
Division by the length:
- simple
```

## Behaviour

### Question 1: Story
**Interviewer:** “Tell me about a time you failed.”

**Ideal Answer:**
```
Situation: A release broke.
```"""


def read(text: str, layout: str) -> Parsed:
    reader = reader_for(text)
    assert reader is not None
    assert reader.__name__.endswith(f".{layout}")
    return reader.read(text, "file.txt")


def folded(text: str) -> str:
    return " ".join(text.split())


def test_mock_interviews() -> None:
    parsed = read(MOCK, "interviewer")
    decay, mean, story = parsed.drafts
    assert not parsed.skipped
    assert (decay.text, decay.section, decay.external_id) == (
        "What does weight decay do? Does it help?",
        "Phone Screen",
        "1",
    )
    assert decay.answer.startswith("It shrinks weights:\n\n1. First")
    assert decay.answer.endswith("Last words.")
    assert decay.code_blocks == 1, "the fence around the prose is no code, the one inside is"
    assert mean.answer.startswith("```python\n## a comment")
    assert mean.answer.endswith("**Explanation:**\n\nDivision by the length:\n- simple")
    assert mean.code_blocks == 1
    assert (story.text, story.section) == ("Tell me about a time you failed.", "Behaviour")
    assert story.answer == "Situation: A release broke."


FAQ = """Interview Prep
Questions for bakers
What is dough?▾
Flour and water, kneaded. Call `knead()` often.
How do you make it rise,
or sink?? ▾
With yeast.

Or with baking powder.
Name three flours.\xa0▾
Wheat, rye, spelt."""


def test_disclosure_lists() -> None:
    drafts = read(FAQ, "disclosure_list").drafts
    assert [(draft.text, folded(draft.answer)) for draft in drafts] == [
        ("What is dough?", "Flour and water, kneaded. Call `knead()` often."),
        ("How do you make it rise, or sink?", "With yeast. Or with baking powder."),
        ("Name three flours.", "Wheat, rye, spelt."),
    ]


HUB = """Skip to main content
Home  /  Knowledge Hub
54
Total Questions
Clear all filters
ML-ADV-004 What do bread and
cake have in common?
Baking Advanced
7/10
Answer

Flour.

Deep Explanation

An oven as well. See ML-ADV-001 for details.

⚠ Common Mistakes

Forgetting salt, e.g. in bread. Using too much water.

🏭 Production Scenario

A bakery burned.

Follow-up Questions
What is flour? How hot is an oven? What is the difference between rye and R2D2??
ID: ML-ADV-004 \xa0·\xa0 Difficulty: 7/10 \xa0·\xa0 Level: Advanced
Related articles
ML-OPS-011 Why sieve?
Baking Beginner
1/10
Answer

Air.
ID: ML-OPS-011 \xa0·\xa0 Difficulty: 1/10 \xa0·\xa0 Level: Beginner
Footer of the page"""


def test_knowledge_hub_entries() -> None:
    common, sieve = read(HUB, "knowledge_hub").drafts
    assert common.text == "What do bread and cake have in common?"
    assert (common.external_id, common.level) == ("ML-ADV-004", 4)
    assert common.tags == ("Baking Advanced", "difficulty 7/10")
    assert folded(common.answer).startswith("Flour. **Deep explanation** An oven")
    assert common.answer.endswith("A bakery burned.")
    assert common.mistakes == ("Forgetting salt, e.g. in bread.", "Using too much water.")
    assert common.follow_ups == (
        "What is flour?",
        "How hot is an oven?",
        "What is the difference between rye and R2D2?",
    )
    assert (sieve.text, sieve.answer, sieve.level, sieve.follow_ups) == ("Why sieve?", "Air.", 1, ())


PDF = """

Bread Engineer

**Interview Questions
and Answers**

Core Ideas

Here follows what every baker should know.

1. Explain why dough sticks and name two remedies.

Dough sticks because it is wet.

Two remedies:

1. Flour and friends: Dust the table, dough no longer sticks to it.

```
def dust(table):
    for spot in table:

        spot.flour = 1
```

2. Patience: Wet dough binds water with time.**3. Oil:** Helps as well.

2. What is the difference between yeast and soda? When would you use each?

Yeast (living):

- Makes gas
- Needs time

```
# two ways
rise(yeast)
```

```

rise(soda)

```

Key insight: mind the clock.

3. Tell me about a loaf that you had to throw away although the whole shop was waiting

for bread.

Steps taken:
1. Use the nose
2. Ask a colleague
3. Check the oven
4. Monitor the crust

Café X\u0302 was closed.

4. Write a recipe.

```
mix()
```

```
bake()
```

Then wait.

```
eat()
```

Behavioral Questions

These questions assess how you work
with others.

1. Design a bakery for a million customers

Overview

It is large

2. Describe a fire

Situation: An oven burned"""


def test_numbered_questions_of_a_pdf() -> None:
    parsed = read(PDF, "numbered")
    assert not parsed.skipped
    assert [(draft.section, draft.external_id, draft.text) for draft in parsed.drafts] == [
        ("Core Ideas", "1", "Explain why dough sticks and name two remedies."),
        ("Core Ideas", "2", "What is the difference between yeast and soda? When would you use each?"),
        (
            "Core Ideas",
            "3",
            "Tell me about a loaf that you had to throw away although the whole shop was waiting for bread.",
        ),
        ("Core Ideas", "4", "Write a recipe."),
        ("Behavioral Questions", "1", "Design a bakery for a million customers"),
        ("Behavioral Questions", "2", "Describe a fire"),
    ]
    assert [draft.code_blocks for draft in parsed.drafts] == [1, 1, 0, 2, 0, 0]
    answers = [folded(draft.answer) for draft in parsed.drafts]
    assert [answer[:12] for answer in answers] == [
        "Dough sticks",
        "Yeast (livin",
        "Steps taken:",
        "``` mix() ba",
        "Overview It ",
        "Situation: A",
    ]
    assert answers[1].endswith("Key insight: mind the clock.")
    assert answers[2].endswith("4. Monitor the crust Café X\u0302 was closed.")
    assert answers[3].endswith("Then wait. ``` eat() ```")
    assert answers[4].endswith("It is large")
    assert answers[5].endswith("An oven burned")
    assert parsed.drafts[0].answer.endswith("**3. Oil:** Helps as well.")


def test_a_page_break_inside_code_leaves_one_block() -> None:
    answer = read(PDF, "numbered").drafts[1].answer
    assert "```\n# two ways\nrise(yeast)\n\nrise(soda)\n```" in answer


NOTES = """# Baking

Some introduction.

## What is a sponge?

A pre-ferment.

### Variants

Poolish and biga.

```
## not a heading
```

## Why rest dough?

Gluten relaxes.
"""


def test_headings_of_notes_that_ask_are_the_questions() -> None:
    sponge, rest = read(NOTES, "headings").drafts
    assert (sponge.text, sponge.section, sponge.code_blocks) == ("What is a sponge?", "Baking", 1)
    assert sponge.answer.startswith("A pre-ferment.")
    assert "### Variants" in sponge.answer
    assert (rest.text, rest.answer) == ("Why rest dough?", "Gluten relaxes.")


def test_headings_of_prose_become_questions() -> None:
    drafts = read("# Bread\n\n## Crust\n\nBrown by heat.\n\n## Empty\n\n## Crumb\n\nSoft.\n", "headings").drafts
    assert [(draft.text, draft.answer) for draft in drafts] == [
        ("Explain “Crust” (Bread).", "Brown by heat."),
        ("Explain “Crumb” (Bread).", "Soft."),
    ]


def test_cards() -> None:
    text = "# Deck\n\nQ: What is a\nroux?\nA: Flour and fat.\n\nStirred.\n---\n**Q2:** Second?\n**A2:** Yes.\nQ: None\n"
    parsed = read(text, "cards")
    assert [(d.text, d.answer, d.section) for d in parsed.drafts] == [
        ("What is a roux?", "Flour and fat.\n\nStirred.", "Deck"),
        ("Second?", "Yes.", "Deck"),
    ]
    assert [(part.line, part.reason) for part in parsed.skipped] == [(11, "no answer to this card")]


def test_headings_that_ask_beside_cards_are_not_lost() -> None:
    text = (
        "# Deck\n\n## What is proofing?\n\nA last rise.\n\n## Sauces\n\nQ: What is a roux?\nA: Flour and fat.\n\n"
        "## Why knead?\n\nQ: How long?\nA: Ten minutes.\n"
    )
    parsed = read(text, "cards")
    assert [(draft.text, draft.answer, draft.line) for draft in parsed.drafts] == [
        ("What is proofing?", "A last rise.", 3),
        ("What is a roux?", "Flour and fat.", 9),
        ("How long?", "Ten minutes.", 14),
    ]
    assert not parsed.skipped


def test_tables_with_history() -> None:
    text = (
        "Front,Back,Tags,Difficulty,History\n"
        '"What is ""proof""?","Rest, warm",bread yeast,4,2026-01-05T18:00:00+00:00=4; 2026-01-11T18:00:00+00:00=5\n'
        "No answer,,,,\n"
        "Bad?,Yes.,,,yesterday=9\n"
    )
    parsed = read(text, "table")
    (proof,) = parsed.drafts
    assert (proof.text, proof.answer, proof.tags, proof.level) == (
        'What is "proof"?',
        "Rest, warm",
        ("bread", "yeast"),
        4,
    )
    assert [(review.at.isoformat(), review.grade) for review in proof.history] == [
        ("2026-01-05T18:00:00+00:00", 4),
        ("2026-01-11T18:00:00+00:00", 5),
    ]
    assert [part.line for part in parsed.skipped] == [3, 4]
    (card,) = read(
        "#separator:tab\n#html:true\n#columns:Front\tBack\nWhat is <b>x</b>?\tA &amp; B<br>C\n", "table"
    ).drafts
    assert (card.text, card.answer) == ("What is x?", "A & B\nC")


def test_paragraphs_that_ask() -> None:
    parsed = read(
        "Notes on bread\n\nWhat is rye?\n\nA cereal.\nDark.\n\n**And what is spelt?**\nAnother one.\n", "question_lines"
    )
    assert [(draft.text, folded(draft.answer)) for draft in parsed.drafts] == [
        ("What is rye?", "A cereal. Dark."),
        ("And what is spelt?", "Another one."),
    ]


def test_a_text_without_questions_is_nobodys() -> None:
    assert reader_for("Dear diary,\n\ntoday I baked bread. It was good.\n") is None


def test_a_question_without_an_answer_is_listed_with_its_line() -> None:
    parsed = read("What is rye?▾\nA cereal.\nWhat is spelt?▾\nWhat is teff?▾\nSmall.", "disclosure_list")
    assert [draft.text for draft in parsed.drafts] == ["What is rye?", "What is teff?"]
    assert [(part.path, part.line) for part in parsed.skipped] == [("file.txt", 3)]
