"""A report as Markdown, as one HTML file without scripts, and as JSON.

What candidates and documents wrote stays text in all three: Markdown signs are escaped, HTML is escaped, control
characters become U+FFFD.
"""

import json
import re
from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime
from html import escape
from pathlib import Path
from typing import Any

from coach.errors import CoachError
from coach.models import PointVerdict
from coach.report import Answered, Moment, Report, Study

SIGNS = {"covered": "✔", "partial": "◐", "missing": "·", "contradicted": "✘"}
_MARKDOWN = re.compile(r"([\\`*_{}\[\]<>#|~!&$])")
_LINE_START = re.compile(r"^(\s*)([-+=]|\d+[.)])", re.MULTILINE)
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def to_json(report: Report) -> str:
    """One JSON object: the fields of `Report`, instants and days in ISO 8601, with the transcript of each answer."""
    data = asdict(report) | {"seconds": report.seconds}
    data["answers"] = [_answer_record(answer) for answer in report.answers]
    return json.dumps(data, ensure_ascii=False, indent=2, default=lambda value: value.isoformat())


def _answer_record(answer: Answered) -> dict[str, Any]:
    record = asdict(answer)
    question = record.pop("question")
    named = {name: question[name] for name in ("topic", "kind", "level")}
    return {"question_id": question["id"], "question": question["text"]} | named | {"score": answer.score} | record


def to_markdown(report: Report) -> str:
    """For reading, printing, or a folder of notes."""
    lines = [f"# {title(report)}", "", summary(report), ""]
    if report.competencies:
        lines += ["| Competency | Score | Rests on |", "|---|---|---|"]
        for one in report.competencies:
            lines.append(f"| {_md(one.name)} | {bar(one.score)} {number(one.score)} | {one.of}: {_md(one.about)} |")
        lines.append("")
    for head, moments in (("Best moments", report.best), ("Weakest moments", report.weakest)):
        if moments:
            lines += [f"## {head}", "", *(_moment_md(moment) for moment in moments), ""]
    if report.study:
        lines += [
            "## What to study",
            "",
            *(
                f"- **{study_day(item)}** ({_md(item.topic)}): {_md(item.advice)}  \n"
                f"  comes back as “{_md(item.question)}”"
                for item in report.study
            ),
            "",
        ]
    lines += ["## Question by question", ""]
    for position, answer in enumerate(report.answers, start=1):
        lines += _answer_md(position, answer)
    return "\n".join(lines).rstrip() + "\n"


def _moment_md(moment: Moment) -> str:
    quote = f"  \n  > “{_md(_one_line(moment.quote))}”" if moment.quote else ""
    return f"- {SIGNS[moment.verdict]} {_md(moment.point)} — in “{_md(moment.question)}”{quote}"


def _answer_md(position: int, answer: Answered) -> list[str]:
    lines = [f"### {position}. {_md(answer.question.text)}", "", f"{outcome(answer)}", ""]
    for turn in answer.turns:
        who = "You" if turn.speaker == "candidate" else "Interviewer"
        lines += [f"**{who}:**", "", *(f"> {_md(line)}" for line in _clean(turn.text).split("\n")), ""]
    lines += [f"- {_verdict(verdict, _md)}" for verdict in answer.points]
    return [*lines, ""]


def to_html(report: Report) -> str:
    """One file for a browser: no script, no outside resource, readable in light and dark."""
    body = [f"<h1>{_h(title(report))}</h1>", f"<p>{_h(summary(report))}</p>"]
    if report.competencies:
        body.append("<table><tr><th>Competency<th>Score<th>Rests on</tr>")
        for one in report.competencies:
            meter = f'<meter min=0 max=5 low=2 high=4 optimum=5 value="{one.score or 0:.2f}"></meter>'
            shown = f"{meter} {number(one.score)}" if one.score is not None else number(None)
            body.append(f"<tr><td>{_h(one.name)}<td>{shown}<td>{one.of}: {_h(one.about)}</tr>")
        body.append("</table>")
    for head, moments in (("Best moments", report.best), ("Weakest moments", report.weakest)):
        if moments:
            body += [f"<h2>{head}</h2>", "<ul>", *(_moment_html(moment) for moment in moments), "</ul>"]
    if report.study:
        body += ["<h2>What to study</h2>", "<ul>"]
        for item in report.study:
            day = f"<b>{study_day(item)}</b> ({_h(item.topic)}): {_h(item.advice)}"
            body.append(f"<li>{day}<br>comes back as “{_h(item.question)}”")
        body.append("</ul>")
    body += ["<h2>Question by question</h2>", *(_answer_html(i, a) for i, a in enumerate(report.answers, start=1))]
    return _PAGE.format(title=_h(title(report)), body="\n".join(body))


def _moment_html(moment: Moment) -> str:
    quote = f"<blockquote>“{_h(moment.quote)}”</blockquote>" if moment.quote else ""
    return f"<li>{SIGNS[moment.verdict]} {_h(moment.point)} — in “{_h(moment.question)}”{quote}"


def _answer_html(position: int, answer: Answered) -> str:
    turns = "".join(
        f"<p><b>{'You' if turn.speaker == 'candidate' else 'Interviewer'}:</b></p>"
        f"<blockquote>{_h(turn.text)}</blockquote>"
        for turn in answer.turns
    )
    points = "".join(f"<li>{_verdict(verdict, _h)}" for verdict in answer.points)
    head = f"<h3>{position}. {_h(answer.question.text)}</h3><p>{_h(outcome(answer))}</p>"
    return f"<section>{head}{turns}<ul class=points>{points}</ul></section>"


_PAGE = """<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>{title}</title>
<style>
:root {{ color-scheme: light dark; }}
body {{ font: 16px/1.5 system-ui, sans-serif; max-width: 46rem; margin: 2rem auto; padding: 0 1rem; }}
table {{ border-collapse: collapse; }} td, th {{ text-align: left; padding: .2rem .8rem .2rem 0; }}
meter {{ width: 8rem; }} blockquote {{ margin: .3rem 0 .3rem 1rem; opacity: .8; white-space: pre-wrap; }}
ul.points {{ list-style: none; padding: 0; }} section {{ border-top: 1px solid; margin-top: 1.5rem; }}
</style>
<body>
{body}
</body></html>
"""


# -- wording shared by the exports and the screens --------------------------------------------------------------------


def title(report: Report) -> str:
    """E.g. "Mock interview of 21 November 2026"."""
    kind = {"mock": "Mock interview", "attempt": "One question"}.get(report.kind, report.kind.capitalize())
    return f"{kind} of {_day(report.started_at)}"


def summary(report: Report) -> str:
    """One line: how much was answered, in what time, with what mean."""
    answered = sum(answer.status != "skipped" for answer in report.answers)
    waiting = sum(answer.status in ("to confirm", "not graded") for answer in report.answers)
    parts = [f"{answered} of {len(report.answers)} questions answered in {report.seconds / 60:.0f} min"]
    if report.score is not None:
        parts.append(f"mean score {report.score:.1f} of 5")
    if waiting:
        parts.append(f"{waiting} without a grade yet")
    return "; ".join(parts) + "."


def outcome(answer: Answered) -> str:
    """One line on what became of an answer."""
    if answer.status == "skipped":
        return "Passed on."
    judged = answer.judgement if answer.score is not None else None
    score = f"Score {judged.score:.1f} of 5 (judge: {judged.judge}). " if judged else ""
    grades = {
        "graded": f"Grade {answer.grade}; next review {answer.due or 'never'}.",
        "to confirm": "The judge is not sure: waiting for your grade.",
        "not graded": "Not graded: nothing is scheduled.",
    }
    time = f" {answer.seconds / 60:.1f} min" if answer.seconds is not None else ""
    allowed = f" of {answer.allowed_seconds / 60:.0f}" if answer.allowed_seconds and time else ""
    return f"{score}{grades[answer.status]}{time}{allowed}"


def study_day(item: Study) -> str:
    """The day as words."""
    return f"{item.day:%a %d %b %Y}" if item.day else "not scheduled"


def number(score: float | None) -> str:
    """E.g. "3.4", or "no answers"."""
    return "no answers" if score is None else f"{score:.1f}"


def bar(score: float | None, width: int = 10) -> str:
    """A bar of `width` signs for 0..5; empty without a score."""
    if score is None:
        return ""
    full = round(width * score / 5)
    return "█" * full + "░" * (width - full)


def _verdict(verdict: PointVerdict, safe: Callable[[str], str]) -> str:
    asked = ", when asked" if verdict.prompted else ""
    quote = f": “{safe(_one_line(verdict.evidence.text))}”" if verdict.evidence else ""
    return f"{SIGNS[verdict.verdict]} {safe(verdict.point.text)} ({verdict.verdict}{asked}){quote}"


def _day(instant: datetime) -> str:
    return f"{instant:%d %B %Y}".lstrip("0")


def _clean(text: str) -> str:
    return _CONTROL.sub("\ufffd", text.replace("\r\n", "\n"))


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _md(text: str) -> str:
    escaped = _MARKDOWN.sub(r"\\\1", _clean(text))
    return _LINE_START.sub(lambda match: match[1] + _escape_line_start(match[2]), escaped)


def _escape_line_start(sign: str) -> str:
    return f"{sign[:-1]}\\{sign[-1]}"


def _h(text: str) -> str:
    return escape(_clean(text))


def save(report: Report, folder: Path, suffix: str) -> Path:
    """Write the report into `folder` and return the file. suffix: a key of `EXPORTS`. Raises CoachError."""
    name = f"{report.kind}-{report.started_at:%Y-%m-%d}-{report.session_id or report.answers[0].attempt_id}.{suffix}"
    file = folder / name
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        file.write_text(EXPORTS[suffix](report), "utf-8")
    except OSError as error:
        raise CoachError(
            f"Cannot write {file}: {error.strerror}.", "Free some space, or name another place."
        ) from error
    return file


EXPORTS: dict[str, Callable[[Report], str]] = {"md": to_markdown, "html": to_html, "json": to_json}
"""By file suffix."""
