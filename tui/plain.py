"""The interview over standard input and output, line by line: for pipes and screen readers."""

import re
import sys
from collections.abc import Iterable, Iterator
from typing import TextIO

from coach.clock import utc_now
from coach.conversation import Conversation
from coach.errors import CoachError, StorageError
from coach.events import Concluded, Event, Judged, Notice, Piece, Said, Ungraded, Working
from coach.models import Judgement, PointVerdict
from coach.rescue import rescued
from coach.scoring.feedback import feedback
from coach.session import Session, Settled
from tui.text import printable

MARKS = {"covered": "+", "partial": "~", "missing": "-", "contradicted": "!"}
COMMANDS = "Commands: /hint /idk /skip /undo /grade 0-5 /quit"
INTRODUCTION = f"Type your answer and end it with an empty line. {COMMANDS}"


class PlainPractice:
    """One practice session over two text streams."""

    def __init__(self, session: Session, lines: Iterable[str] = sys.stdin, out: TextIO = sys.stdout) -> None:
        self._session = session
        self._lines: Iterator[str] = iter(lines)
        self._out = out

    def run(self, limit: int | None = None) -> int:
        """Ask until the queue is done, the input ends or `/quit`; returns the number of questions finished."""
        self._print(INTRODUCTION)
        finished = 0
        while limit is None or finished < limit:
            conversation = self._session.next()
            if conversation is None:
                self._print("\nNothing more is due. Well done.")
                break
            try:
                going = self._attempt(conversation)
            finally:
                conversation.close()
            if not going:
                break
            finished += 1
        return finished

    def _attempt(self, conversation: Conversation) -> bool:
        """Conduct one attempt; False when the person leaves."""
        question = conversation.question
        self._print(f"\n[{question.topic}, {question.kind.replace('_', ' ')}, level {question.level}]")
        self._print(f"Q: {question.text}")
        for turn in conversation.attempt.turns:
            self._print(f"{'You' if turn.speaker == 'candidate' else 'Coach'}: {turn.text}")
        if conversation.needs_judging():
            self._show(conversation.go_on())
        while conversation.attempt.state != "judged":
            failed = conversation.attempt.state == "not_graded"
            typed = self._read_after_failure(conversation) if failed else self._read_answer(conversation)
            if typed is None:
                return False
            if typed == "/skip":
                self._session.skip(conversation)
                return True
            if not failed:
                self._reply(conversation, typed)
            elif typed == "/retry":
                self._show(conversation.go_on())
            else:
                return self._graded(conversation, parse_grade(typed))
        return self._settle(conversation)

    def _reply(self, conversation: Conversation, typed: str) -> None:
        stored = len(conversation.attempt.turns)
        try:
            self._show(conversation.reply(typed))
        except StorageError:
            if len(conversation.attempt.turns) == stored:
                self._print(rescued(self._session.parts.config.paths, conversation.question, typed, utc_now()))
            raise

    def _read_answer(self, conversation: Conversation) -> str | None:
        """The typed answer, "/skip", or None when the person leaves; other commands are obeyed on the way."""
        typed: list[str] = []
        while True:
            line = self._line("> " if not typed else ". ")
            if line is None:
                return "\n".join(typed) if typed else None
            command = line.strip().lower() if not typed else ""
            if command == "/quit":
                return None
            if command == "/hint":
                self._print(f"Hint: {conversation.give_hint().turn.text}")
            elif command == "/idk":
                return "I don't know."
            elif command == "/skip":
                return command
            elif command == "/undo":
                self._undo()
            elif looks_like_command(command):
                self._print(f"There is no {command} here, and nothing was sent. {COMMANDS}")
            elif line.strip() or typed:
                if not line.strip():
                    return "\n".join(typed)
                typed.append(line.rstrip("\n"))

    def _read_after_failure(self, conversation: Conversation) -> str | None:
        """A grade "0" to "5", "/retry", "/skip", or None when the person leaves."""
        self._print("Not graded: nothing is scheduled yet.")
        if conversation.attempt.judgement is not None:
            self._print("Judged before your last reply:")
            self._print("\n".join(verdicts_so_far(conversation.attempt.judgement)))
        self._print("Your grade, 0 (blank) to 5 (perfect)? /retry judges again. Enter leaves it out.")
        typed = self._read_grade("/retry", "/skip")
        return "/skip" if typed == "" else typed

    def _settle(self, conversation: Conversation) -> bool:
        """Schedule by the judge's grade when it is sure, else by the person's; False when the person leaves."""
        judgement = conversation.attempt.graded
        grade: int | None = None
        if judgement is not None and not self._session.settles_alone(judgement):
            self._print("The judge is not sure.")
            self._print("Your grade, 0 (blank) to 5 (perfect)? Enter leaves it as judged.")
            typed = self._read_grade()
            if typed is None:
                return False
            grade = parse_grade(typed)
        return self._graded(conversation, grade)

    def _read_grade(self, *commands: str) -> str | None:
        """A grade, "", or one of the commands; None when the person leaves. Anything else is asked for again."""
        while True:
            line = self._line("grade> ")
            typed = "/quit" if line is None else line.strip().lower()
            if typed == "/quit":
                return None
            if not typed or typed in commands or parse_grade(typed) is not None:
                return typed
            self._print(f"That is no grade, and nothing was graded. Give {' '.join(['0-5', *commands])} or /quit.")

    def _graded(self, conversation: Conversation, grade: int | None) -> bool:
        self._announce(self._session.settle(conversation, grade))
        return self._maybe_override(conversation)

    def _maybe_override(self, conversation: Conversation) -> bool:
        while True:
            line = self._line("Enter: next question; /grade 0-5 overrules; /undo takes it back> ")
            typed = "/quit" if line is None else line.strip().lower()
            if typed == "/quit":
                return False
            if (grade := parse_grade(typed)) is not None:
                self._announce(self._session.override(conversation.attempt.id, grade))
            elif typed == "/undo":
                self._undo()
            elif looks_like_command(typed):
                self._print(f"There is no {typed} here: Enter, /grade 0-5, /undo or /quit.")
                continue
            return True

    def _undo(self) -> None:
        try:
            self._print(self._session.undo())
        except CoachError as error:
            self._print(str(error))

    def _announce(self, settled: Settled) -> None:
        self._print(f"Grade {settled.grade} of 5. Next review: {settled.due or 'never'}")

    def _show(self, events: Iterable[Event]) -> None:
        for event in events:
            for line in event_lines(event):
                self._print(line)

    def _line(self, prompt: str) -> str | None:
        if self._out.isatty():
            self._out.write(prompt)
            self._out.flush()
        return next(self._lines, None)

    def _print(self, text: str) -> None:
        self._out.write(printable(text) + "\n")
        self._out.flush()


def looks_like_command(line: str) -> bool:
    """Whether a line is meant as a command, known or mistyped, rather than as an answer."""
    return bool(re.fullmatch(r"/[a-z]+(?: \S+)?", line))


def parse_grade(text: str) -> int | None:
    """A grade 0..5, alone or after "/grade"; None for anything else."""
    found = re.fullmatch(r"(?:/grade\s+)?([0-5])", text.strip().lower())
    return int(found[1]) if found else None


def event_lines(event: Event) -> list[str]:
    """What an event looks like in plain text; nothing for those that only a screen shows."""
    match event:
        case Judged(judgement, None):
            return verdicts_so_far(judgement)
        case Judged(judgement, target) if target is not None:
            return [f"  {verdict_line(judgement.points[target])}"]
        case Said(turn):
            return [f"Coach: {turn.text}"]
        case Notice(text):
            return [f"({text})"]
        case Concluded(judgement):
            return ["", *verdict_table(judgement)]
        case Ungraded(reason, hint):
            return [f"Not graded: {reason} {hint}"]
        case Working() | Piece() | Judged():
            return []
    return []


def verdicts_so_far(judgement: Judgement) -> list[str]:
    """What was found in the answer; points that may still be asked for are left out."""
    return [f"  {verdict_line(point)}" for point in judgement.points if point.verdict != "missing"]


def verdict_line(verdict: PointVerdict) -> str:
    """One key point: mark, verdict, statement, and the candidate's words as evidence."""
    quote = f"\n      “{verdict.evidence.text}”" if verdict.evidence else ""
    prompted = ", after a follow-up" if verdict.prompted and verdict.evidence else ""
    return f"{MARKS[verdict.verdict]} ({verdict.point.weight}) {verdict.verdict}{prompted}: {verdict.point.text}{quote}"


def verdict_table(judgement: Judgement) -> list[str]:
    """All verdicts, the score, the judge, and what to do next."""
    head = f"Score {judgement.score:.1f} of 5 (judge: {judgement.judge}, {judgement.seconds:.1f} s)"
    return [head, *(f"  {verdict_line(point)}" for point in judgement.points), f"Next: {feedback(judgement).next_step}"]
