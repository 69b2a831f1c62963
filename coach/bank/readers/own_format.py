"""Our own question files, docs/file-format.md."""

from coach.bank.drafts import Draft, Parsed, Skipped
from coach.bank.markdown_format import looks_like_ours
from coach.bank.markdown_format import read as read_file


def sniff(text: str) -> float:
    """Certain when questions carry our lines of names and values."""
    return 1.0 if looks_like_ours(text) else 0.0


def read(text: str, name: str) -> Parsed:
    """Read every sound question; each fault is a skipped part."""
    file = read_file(text, source=name)
    parsed = Parsed(skipped=[Skipped(name, f.line, f"{f.what}, expected {f.expected}") for f in file.faults])
    for question, line in zip(file.questions, file.lines, strict=True):
        parsed.drafts.append(
            Draft(
                text=question.text,
                answer=question.answer,
                line=line,
                section=question.section,
                external_id=question.external_id,
                written_id=question.id,
                topic=question.topic,
                kind=question.kind,
                level=question.level,
                code_blocks=question.code_blocks,
                key_points=question.key_points,
                mistakes=question.mistakes,
                follow_ups=question.follow_ups,
                tags=question.tags,
            )
        )
    return parsed
