"""Renders questions in each foreign layout, the way their sources print them: what the readers must undo."""

import csv
import io
from collections.abc import Sequence
from itertools import groupby

from coach.bank.drafts import Draft


def interviewer(drafts: Sequence[Draft]) -> str:
    """Mock interviews: prose answers inside a fence, code answers in a fence with a language."""
    lines = ["# Mock interviews", ""]
    for section, part in groupby(drafts, key=lambda draft: draft.section):
        lines += [f"## {section}", ""]
        for draft in part:
            lines += [f"### Question {draft.external_id}: Title", f'**Interviewer:** "{draft.text}"', ""]
            lines += ["**Ideal Answer:**", "```", draft.answer, "```", ""]
    return "\n".join(lines)


def disclosure(drafts: Sequence[Draft]) -> str:
    """A page of frequently asked questions."""
    lines = ["Interview Prep", "Questions for engineers"]
    for draft in drafts:
        lines += [f"{draft.text}▾", draft.answer]
    return "\n".join(lines)


def hub(drafts: Sequence[Draft]) -> str:
    """Entries of a knowledge hub."""
    lines = ["Skip to main content", "Home  /  Hub", "", f"Showing {len(drafts)} questions", ""]
    for draft in drafts:
        code, difficulty = draft.external_id, 2 * (draft.level or 1)
        lines += [
            f"{code} {draft.text}",
            "Machine Learning Advanced",
            f"{difficulty}/10",
            "Answer",
            "",
            draft.answer,
            "",
        ]
        lines += ["Deep Explanation", "", f"Deeply {code}.", "", "⚠ Common Mistakes", "", f"Mistaking {code}.", ""]
        if draft.follow_ups:
            lines += ["Follow-up Questions", " ".join(draft.follow_ups) + "?"]
        lines += [f"ID: {code} \xa0·\xa0 Difficulty: {difficulty}/10 \xa0·\xa0 Level: Advanced"]
    return "\n".join(lines)


def numbered(drafts: Sequence[Draft]) -> str:
    """A PDF's text: numbered questions under sections with introductions."""
    lines = ["", "", "Some Engineer", "", "**Interview Questions", "and Answers**", ""]
    for section, part in groupby(drafts, key=lambda draft: draft.section):
        lines += [section, "", "This section is about what the title says.", ""]
        for draft in part:
            lines += [f"{draft.external_id}. {draft.text}", "", draft.answer, ""]
    return "\n".join(lines)


def cards(drafts: Sequence[Draft]) -> str:
    """Q:/A: cards."""
    return "\n".join(f"Q: {draft.text}\nA: {draft.answer}\n" for draft in drafts)


def table(drafts: Sequence[Draft]) -> str:
    """A CSV file."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["Question", "Answer", "Section", "Level"])
    writer.writerows([draft.text, draft.answer, draft.section, draft.level or ""] for draft in drafts)
    return out.getvalue()


def bold(drafts: Sequence[Draft]) -> str:
    """Notes with numbered questions in bold."""
    lines = []
    for section, part in groupby(drafts, key=lambda draft: draft.section):
        lines += [f"## {section}", ""]
        for draft in part:
            lines += [f"**Q{draft.external_id}. {draft.text}**", "", draft.answer, ""]
    return "\n".join(lines)


def unfolding(drafts: Sequence[Draft]) -> str:
    """A page of a code forge that hides its answers."""
    lines = []
    for section, part in groupby(drafts, key=lambda draft: draft.section):
        lines += [f"## {section}", ""]
        for draft in part:
            text = draft.text.replace("&", "&amp;").replace("<", "&lt;")
            lines += ["<details>", f"<summary><b>{text}</b></summary>", "", draft.answer, "</details>", ""]
    return "\n".join(lines)
