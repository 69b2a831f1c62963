"""A mock interview over standard input and output, line by line: for pipes and screen readers."""

import sys
import time
from collections.abc import Callable, Iterable, Iterator
from typing import TextIO

from coach.clock import utc_now
from coach.errors import CoachError
from coach.events import Event, Notice, Said
from coach.mock import MockInterview, Step, confirm_grade
from coach.report import Report, session_report
from coach.report_export import outcome, summary
from coach.rescue import rescued
from coach.session import Session
from tui.plain import looks_like_command, parse_grade, verdict_line
from tui.text import printable

COMMANDS = "Commands: /idk /skip /time /end /quit (resumes later)"
INTRODUCTION = f"Type your answer and end it with an empty line. {COMMANDS}"


class PlainMock:
    """One mock interview over two text streams."""

    def __init__(
        self,
        session: Session,
        mock: MockInterview,
        lines: Iterable[str] = sys.stdin,
        out: TextIO = sys.stdout,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._session = session
        self._mock = mock
        self._lines: Iterator[str] = iter(lines)
        self._out = out
        self._now = monotonic
        self._began = 0.0  # of the present question, moved on by the time that the judge takes

    def run(self) -> bool:
        """Interview until all is asked, `/end`, or the input ends; False when the interview stays open."""
        self._print(INTRODUCTION)
        try:
            while (step := self._mock.step()) is not None:
                if not self._question(step):
                    break
        except EOFError:
            self._print("\nThe interview stays open: `coach mock --plain` goes on here.")
            return False
        finally:
            self._mock.close()
        self._mock.finish()
        self._report()
        return True

    def _question(self, step: Step) -> bool:
        """Ask one question to its end; False when the person ends the interview. EOFError when they leave."""
        self._began = self._now() - step.used_seconds
        self._print(f"\n[{step.round.title}, question {step.number} of {step.of}, {step.round.minutes:.0f} minutes]")
        self._print(f"Q: {step.question.text}")
        for turn in step.said:
            self._print(f"{'You' if turn.speaker == 'candidate' else 'Interviewer'}: {turn.text}")
        if self._mock.needs_judging(step):
            self._show(self._mock.go_on(step), step)
        current: Step | None = self._mock.step()
        while current is not None and current.attempt.id == step.attempt.id:
            typed = self._read(step)
            used = self._used()
            if typed == "/end":
                self._mock.skip(step, used)
                return False
            if typed == "/skip":
                self._mock.skip(step, used)
                return True
            self._show(self._mock.reply(current, typed, used), current, typed)
            self._warn(step, used)
            current = self._mock.step()
        return True

    def _used(self) -> float:
        """The candidate's own time on this question, in seconds."""
        return self._now() - self._began

    def _read(self, step: Step) -> str:
        """The typed answer, "/skip" or "/end". Raises EOFError when the person leaves."""
        typed: list[str] = []
        while True:
            line = next(self._lines, None)
            command = (line or "").strip().lower() if not typed else ""
            if line is None and typed:
                return "\n".join(typed)
            if line is None or command == "/quit":
                self._mock.note_time(step, self._used())
                raise EOFError
            if command == "/time":
                self._print(step.timer.text(self._used()))
            elif command == "/idk":
                return "I don't know."
            elif command in ("/skip", "/end"):
                return command
            elif looks_like_command(command):
                self._print(f"There is no {command} here, and nothing was sent. {COMMANDS}")
            elif line.strip():
                typed.append(line.rstrip("\n"))
            elif typed:
                return "\n".join(typed)

    def _show(self, events: Iterable[Event], step: Step, typed: str = "") -> None:
        """Print what a candidate may see. typed: what is not stored yet."""
        started = self._now()
        try:
            for event in events:
                if isinstance(event, Said):
                    self._print(f"Interviewer: {event.turn.text}")
                elif isinstance(event, Notice):
                    self._print(f"({event.text})")
        except CoachError:
            if not typed or self._mock.took_answer(step):
                self._print("Your answer is stored: `coach mock --plain` goes on with it.")
            else:
                self._print(rescued(self._session.parts.config.paths, step.question, typed, utc_now()))
            raise
        finally:
            self._began += self._now() - started

    def _warn(self, step: Step, used: float) -> None:
        if step.timer.state(used) != "on time":
            self._print(f"({step.timer.text(used)}; nobody cuts you off)")

    def _report(self) -> None:
        report = session_report(self._session, self._mock.id) if self._mock.answered else None
        if report is None:
            self._print("\nNothing was answered.")
            return
        report = self._confirmed(report)
        self._print(f"\n{summary(report)}")
        for answer in report.answers:
            self._print(f"\nQ: {answer.question.text}\n{outcome(answer)}")
            for verdict in answer.points:
                self._print(f"  {verdict_line(verdict)}")
        self._print("")
        for item in report.study:
            self._print(f"Study, {item.day or 'not scheduled'}: {item.advice}")
        self._print(f"Export it with `coach report {self._mock.id} --format md|html|json`.")

    def _confirmed(self, report: Report) -> Report:
        """Ask for the grades that the judge left open; an empty line or the end of input leaves them open."""
        for answer in report.answers:
            if answer.status not in ("to confirm", "not graded"):
                continue
            self._print(f"\nQ: {answer.question.text}\n{outcome(answer)}\nYour grade, 0 to 5? Enter leaves it open.")
            grade = parse_grade(next(self._lines, ""))
            if grade is not None:
                confirm_grade(self._session, answer.attempt_id, grade)
        return session_report(self._session, self._mock.id)

    def _print(self, text: str) -> None:
        self._out.write(printable(text) + "\n")
        self._out.flush()
