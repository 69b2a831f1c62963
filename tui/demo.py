"""A scripted candidate goes through two questions, without a keyboard, on the real models and in a temporary home."""

import sys
import tempfile
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from coach.assemble import Parts
from coach.config import load
from coach.conversation import Conversation
from coach.paths import Paths
from coach.session import Session
from tui.plain import event_lines
from tui.text import printable


@dataclass(frozen=True, slots=True)
class Part:
    """What the candidate says about one question: the first answer, and replies by the number of the missed point."""

    answer: str
    replies: dict[int, str]


SCRIPT = {
    "momentum": Part(
        "Momentum keeps a velocity next to the weights: an exponentially decaying average of the gradients so far, "
        "and the step follows that velocity instead of the newest gradient alone. Nesterov first moves along the "
        "velocity and takes the gradient there, at the look-ahead point.",
        {
            1: "Across a narrow valley the gradient flips its sign every step, so those parts cancel out, while the "
            "small part along the floor always points the same way and adds up.",
            2: "If the gradient stays constant, the step grows by one over one minus beta, so ten times for 0.9.",
            3: "The number of steps goes with the square root of the condition number instead of the number itself.",
        },
    ),
    "precision-and-recall": Part(
        "Precision is the share of true positives among everything that the model flagged as positive. Recall is the "
        "share of the actual positives that the model found. The decision threshold has no influence on either of "
        "them. F1 is the harmonic mean of the two.",
        {
            2: "Sorry, it does: a lower threshold flags more cases, so recall rises and precision usually falls.",
            3: "When a miss is expensive. In screening for a disease I want recall, even with many false alarms.",
            4: "When each false alarm hurts somebody, say blocking the account of an honest customer.",
        },
    ),
}
NOTHING_MORE = "I don't know."


def run_demo(keep: Path | None = None) -> None:
    """Print the interview as a person would see it, ending with the due dates."""
    with ExitStack() as stack:
        home = keep or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="coach-demo-")))
        session = Session(Parts(load(Paths(home))))
        session.begin(list(SCRIPT), kind="demo")
        for question_id, part in SCRIPT.items():
            _interview(session, session.ask(question_id), part)
        _print("\nDue dates")
        for card in session.store.reviews.cards(list(SCRIPT)):
            _print(f"  {card.due}  {card.question_id}")
        session.finish()
        session.parts.close()


def _interview(session: Session, conversation: Conversation, part: Part) -> None:
    _print(f"\nQ: {conversation.question.text}")
    reply = part.answer
    while conversation.attempt.state not in ("judged", "not_graded"):
        _print(f"Candidate: {reply}")
        for event in conversation.reply(reply):
            for line in event_lines(event):
                _print(line)
        target = conversation.open_target()
        reply = NOTHING_MORE if target is None else part.replies.get(target, NOTHING_MORE)
    if conversation.attempt.graded is not None:
        settled = session.settle(conversation)
        _print(f"Grade {settled.grade} of 5. Next review: {settled.due}")
    conversation.close()


def _print(text: str) -> None:
    sys.stdout.write(printable(text) + "\n")
    sys.stdout.flush()
