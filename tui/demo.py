"""A scripted candidate goes through two questions, without a keyboard, on the real models and in a temporary home."""

import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

from coach.assemble import Parts
from coach.config import load
from coach.conversation import Conversation
from coach.paths import Paths
from coach.session import Session
from tui.plain import event_lines
from tui.text import printable

SCRIPT: dict[str, tuple[str, ...]] = {
    "momentum": (
        "Momentum keeps a velocity next to the weights: an exponentially decaying average of the gradients seen so far, "
        "and the step follows that velocity instead of the newest gradient alone.",
        "Across a narrow valley the gradient flips its sign every step, so those parts cancel out, while the small part "
        "along the floor always points the same way and adds up.",
        "With a constant gradient the step becomes larger by a factor of one over one minus beta, ten times for 0.9.",
        "Nesterov first moves along the velocity and takes the gradient there, at the look-ahead point.",
    ),
    "precision-and-recall": (
        "Precision is the share of true positives among everything that the model flagged as positive. "
        "Recall is the share of the actual positives that the model found. "
        "If I raise the threshold, recall goes up and precision goes down.",
        "Sorry, the other way round: a higher threshold flags fewer cases, so precision tends to rise and recall falls.",
        "F1 is the harmonic mean of the two, so it is low as soon as one of them is low.",
        "In medical screening a missed patient costs most, so I would want recall.",
    ),
}
"""What the candidate says, in order: the first answer, then replies to follow-ups."""


def run_demo(keep: Path | None = None) -> None:
    """Print the interview as a person would see it, ending with the due dates."""
    with ExitStack() as stack:
        home = keep or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="coach-demo-")))
        session = Session(Parts(load(Paths(home))))
        session.begin(list(SCRIPT), kind="demo")
        for question_id, replies in SCRIPT.items():
            conversation = session.ask(question_id)
            _interview(session, conversation, replies)
        _print("\nDue dates")
        for card in session.store.reviews.cards(list(SCRIPT)):
            _print(f"  {card.due}  {card.question_id}")
        session.finish()
        session.parts.close()


def _interview(session: Session, conversation: Conversation, replies: tuple[str, ...]) -> None:
    _print(f"\nQ: {conversation.question.text}")
    for reply in replies:
        _print(f"Candidate: {reply}")
        for event in conversation.reply(reply):
            for line in event_lines(event):
                _print(line)
        if conversation.attempt.state in ("judged", "not_graded"):
            break
    else:
        for event in conversation.conclude():
            for line in event_lines(event):
                _print(line)
    if conversation.attempt.judgement is not None:
        settled = session.settle(conversation)
        _print(f"Grade {settled.grade} of 5. Next review: {settled.due}")
    conversation.close()


def _print(text: str) -> None:
    sys.stdout.write(printable(text) + "\n")
    sys.stdout.flush()
