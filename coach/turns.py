"""What the turns of an attempt mean: what was said as one, and whose turn it is."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from coach.dialogue import prompts
from coach.models import Turn


def next_turn(turns: Sequence[Turn], text: str, at: datetime) -> Turn:
    """The turn that `text` is: a reply to the coach's open question, else more of what the candidate said last."""
    for turn in reversed(turns):
        if turn.kind in ("followup", "deepening"):
            return Turn("candidate", "followup_answer", text, at, turn.target)
        if turn.speaker == "candidate":
            return Turn("candidate", turn.kind, text, at, turn.target)
    return Turn("candidate", "answer", text, at)


def owes_a_turn(turns: Sequence[Turn]) -> bool:
    """Whether the coach has not asked anything since the candidate's newest turn; hints and praise ask nothing."""
    newest = next((t for t in reversed(turns) if t.speaker == "candidate" or t.kind in ("followup", "deepening")), None)
    return newest is not None and newest.speaker == "candidate"


def contributions(turns: Sequence[Turn]) -> list[Turn]:
    """The answer and the replies, each whole: what was said in several turns because judging was stopped is joined."""
    found: list[Turn] = []
    asked = True
    for turn in turns:
        if turn.speaker == "candidate" and asked:
            found.append(turn)
            asked = False
        elif turn.speaker == "candidate":
            found[-1] = replace(found[-1], text=f"{found[-1].text}\n{turn.text}")
        elif turn.kind in ("followup", "deepening"):
            asked = True
    return found


def trunk_blocks(turns: Sequence[Turn]) -> list[str]:
    """The trunk's pieces after the opening: the first answer, then each follow-up with its reply."""
    blocks: list[str] = []
    asked = ""
    for turn in turns:
        if turn.kind == "answer":
            blocks.append(prompts.answer_block(turn.text))
        elif turn.kind in ("followup", "deepening"):
            asked = turn.text
        elif turn.kind == "followup_answer":
            blocks.append(prompts.followup_block(asked, turn.text))
    return blocks
