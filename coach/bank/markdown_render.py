"""Writing questions as our own Markdown files, such that `coach.bank.markdown_format` reads them back unchanged."""

import re
from collections.abc import Iterator, Sequence

from coach.bank.markdown_format import FOLLOW_UPS, KEY_POINTS, MISTAKES, VERBATIM, count_fences, read
from coach.bank.text import topic_slug
from coach.models import KeyPoint, Question


def render(questions: Sequence[Question], title: str = "", topic: str = "") -> str:
    """Write questions as a file: `parse(render(q, title, topic), topic=topic, ...)` gives them back.

    What a file does not carry (collection, source) comes back from the arguments of `parse`. title: by default the
    section of the first question. Answers are stored without white space around them.
    """
    title = title or (questions[0].section if questions else "")
    return "\n".join([f"# {title}", ""] + [render_question(question, title, topic) for question in questions])


def render_question(question: Question, title: str, topic: str = "") -> str:
    """One question as it stands in a file named `title`."""
    pieces = ["\n".join([_heading(question.text), *_entry_lines(question, title, topic or topic_slug(title))])]
    pieces.append(_safe_answer(question.answer))
    if question.key_points:
        pieces.append(f"### {KEY_POINTS}\n" + "\n".join(_point_line(point) for point in question.key_points))
    for name, lines in ((MISTAKES, question.mistakes), (FOLLOW_UPS, question.follow_ups)):
        if lines:
            pieces.append(f"### {name}\n" + "\n".join(f"- {_escaped(line)}" for line in lines))
    return "\n\n".join(pieces) + "\n"


def _heading(text: str) -> str:
    return f"## {text} ##" if text.endswith("#") else f"## {text}"


def _entry_lines(question: Question, title: str, topic: str) -> Iterator[str]:
    yield f"id: {question.id}"
    yield f"kind: {question.kind}"
    yield f"level: {question.level}"
    if question.tags:
        yield f"tags: {', '.join(question.tags)}"
    if question.topic != topic:
        yield f"topic: {question.topic}"
    if question.section != title:
        yield f"section: {question.section}"
    if question.external_id:
        yield f"number: {question.external_id}"
    if question.code_blocks != count_fences(question.answer):
        yield f"code_blocks: {question.code_blocks}"
    if question.duplicate_of:
        yield f"duplicate_of: {question.duplicate_of}"


def _point_line(point: KeyPoint) -> str:
    mark = f"({point.weight}, derived)" if point.derived else f"({point.weight})"
    line = f"- {mark} {point.text}"
    return f"{line}\n  - probe: {point.probe}" if point.probe else line


def _safe_answer(answer: str) -> str:
    """The answer itself if it reads back unchanged between a heading and a part, else inside a fence of its own."""
    frame = f"## q\nid: q\n\n{answer}\n\n### {KEY_POINTS}\n- (1) p\n\n## r\nid: r\n\nr\n"
    file = read(frame)
    if not file.faults and len(file.questions) == 2 and file.questions[0].answer == answer:
        return answer
    longest = max((len(run) for run in re.findall(r"~+", answer)), default=0)
    fence = "~" * max(4, longest + 1)
    return f"{fence}{VERBATIM}\n{answer}\n{fence}"


_SENSITIVE = re.compile(r"[-+*#>=`~<\[\\|_&:]|\d+[.)]")


def _escaped(line: str) -> str:
    return "\\" + line if _SENSITIVE.match(line) else line
