"""Conducting a mock interview: questions round after round, follow-ups, and no verdict before the end.

Everything is on disk at every moment: the plan in the session's settings, the answers as attempts of that session.
Where one stands follows from them, so an interview that was interrupted goes on at the very question.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from coach.clock import utc_now
from coach.conversation import Clock, Conversation
from coach.errors import CoachError, StorageError
from coach.events import Event, Notice, Piece, Said, Working
from coach.mock_plan import BY_NAME, Known, Planned, Round, Timer, choose
from coach.models import Attempt, Judgement, Question, Turn
from coach.session import Session
from coach.turns import next_turn, owes_a_turn

RECENT_DAYS = 14
OPEN = ("asked", "answered", "following_up")


@dataclass(frozen=True, slots=True)
class Step:
    """One question of the interview as it stands.

    number, of: position in the whole interview, from 1.  used_seconds: time the candidate has spent on it so far.
    """

    round: Round
    number: int
    of: int
    question: Question
    attempt: Attempt
    used_seconds: float

    @property
    def timer(self) -> Timer:
        """The question's clock."""
        return Timer(60 * self.round.minutes)

    @property
    def said(self) -> tuple[Turn, ...]:
        """What was said so far, as far as it is shown during the interview."""
        return tuple(turn for turn in self.attempt.turns if _shown(turn))


class MockInterview:
    """One mock interview, begun or resumed."""

    def __init__(self, session: Session, mock_id: int, clock: Clock = utc_now) -> None:
        self.id = mock_id
        self._session = session
        self._store = session.store
        self._clock = clock
        row = self._store.attempts.session(mock_id)
        self.plan = tuple(Planned(name, key) for name, key in row["settings"]["plan"])
        self._conversation: Conversation | None = None

    @property
    def position(self) -> int:
        """Number of the question that is open or comes next, from 1; beyond the plan once all were asked."""
        attempts = self._store.attempts.of_session(self.id)
        is_open = bool(attempts) and attempts[-1].state in OPEN
        return len(attempts) + (not is_open)

    @property
    def answered(self) -> bool:
        """Whether anything was said, so that there is something to report on."""
        return any(_answered(attempt) for attempt in self._store.attempts.of_session(self.id))

    def step(self) -> Step | None:
        """The question that is open, else the next one, which is asked by this call; None when all were asked."""
        attempts = self._store.attempts.of_session(self.id)
        if attempts and attempts[-1].state in OPEN:
            return self._step(len(attempts), attempts[-1])
        return self._ask_from(len(attempts))

    def reply(self, step: Step, text: str, used_seconds: float) -> Iterator[Event]:
        """Take an answer. Yields what a candidate may see: that the interviewer thinks, and what is asked next.

        used_seconds: in all on this question.  The question is over when the events end without a coach turn.
        Raises CoachError when no judge can be had; the answer is kept, and `go_on` tries again.
        """
        self.note_time(step, used_seconds)
        try:
            conversation = self._conversation_of(step)
        except CoachError:
            self._keep(step, text)
            raise
        yield from self._visible(conversation.reply(text, more_follow_ups=self._may_follow_up(step, conversation)))

    def go_on(self, step: Step) -> Iterator[Event]:
        """Judge an answer that an interruption left unjudged; to be called when `needs_judging`."""
        conversation = self._conversation_of(step)
        yield from self._visible(conversation.go_on(more_follow_ups=self._may_follow_up(step, conversation)))

    def needs_judging(self, step: Step) -> bool:
        """Whether an answer of this step was stored and nothing was asked since."""
        return owes_a_turn(step.attempt.turns)

    def took_answer(self, step: Step) -> bool:
        """Whether an answer was stored since `step` was made; to be asked when a reply has failed.

        False also where nothing can be read any more: an answer had better be kept twice than not at all.
        """
        try:
            return len(self._store.attempts.get(step.attempt.id).turns) > len(step.attempt.turns)
        except StorageError:
            return False

    def skip(self, step: Step, used_seconds: float) -> None:
        """Pass on a question. What was judged of it counts, otherwise it stays without a grade."""
        attempt = self._store.attempts.get(step.attempt.id)
        self.note_time(step, used_seconds)
        left = "not_graded" if _answered(attempt) else "abandoned"
        self._store.attempts.update(attempt.id, state="judged" if attempt.graded else left)
        self.close()

    def finish(self) -> None:
        """End the interview: sure grades go into the schedule, unsure ones wait for the person in the report."""
        self.close()
        now = self._clock()
        with self._store.atomic():
            for attempt in self._store.attempts.of_session(self.id):
                self._settle(attempt, now)
            self._store.attempts.finish_session(self.id, now)

    def stop(self) -> None:
        """Break off judging, from any thread."""
        if self._conversation is not None:
            self._conversation.stop()

    def close(self) -> None:
        """Give the language model's memory back."""
        if self._conversation is not None:
            self._conversation.close()
            self._conversation = None

    # -- inside -------------------------------------------------------------------------------------------------

    def _ask_from(self, position: int) -> Step | None:
        """Ask the planned question at `position`; one that no longer exists is passed over as abandoned."""
        while position < len(self.plan):
            question_id = self.plan[position].question_id
            attempt_id = self._store.attempts.start(question_id, self._clock(), self.id)
            position += 1
            if self._store.questions.get(question_id) is not None:
                return self._step(position, self._store.attempts.get(attempt_id))
            self._store.attempts.update(attempt_id, state="abandoned")
        return None

    def _step(self, number: int, attempt: Attempt) -> Step | None:
        question = self._store.questions.get(attempt.question_id)
        if question is None:
            self._store.attempts.update(attempt.id, state="abandoned")
            return self._ask_from(number)
        used = self._store.attempts.seconds_of([attempt.id]).get(attempt.id, 0.0)
        return Step(BY_NAME[self.plan[number - 1].round], number, len(self.plan), question, attempt, used)

    def _conversation_of(self, step: Step) -> Conversation:
        current = self._conversation
        if current is None or current.attempt.id != step.attempt.id:
            self.close()
            current = self._session.converse(self._store.attempts.get(step.attempt.id), step.question)
            self._conversation = current
        return current

    def _may_follow_up(self, step: Step, conversation: Conversation) -> bool:
        asked = sum(turn.kind in ("followup", "deepening") for turn in conversation.attempt.turns)
        return asked < step.round.follow_ups

    def _visible(self, events: Iterator[Event]) -> Iterator[Event]:
        for event in events:
            match event:
                case Working() | Notice() | Piece(kind="followup"):
                    yield event
                case Said(turn) if _shown(turn):
                    yield event

    def _keep(self, step: Step, text: str) -> None:
        """Store an answer that nobody can judge at the moment."""
        attempt = self._store.attempts.get(step.attempt.id)
        judged = attempt.judgement
        with self._store.atomic():
            self._store.attempts.add_turn(attempt.id, next_turn(attempt.turns, text, self._clock()), "answered")
            if judged is not None:
                self._store.attempts.save_judgement(attempt.id, replace(judged, complete=False), "answered")

    def note_time(self, step: Step, used_seconds: float) -> None:
        """Keep how long the candidate has spent on a question, in all."""
        self._store.attempts.update(step.attempt.id, seconds=used_seconds)

    def _settle(self, attempt: Attempt, now: datetime) -> None:
        if attempt.state in ("closed", "abandoned"):
            return
        if attempt.judgement is None and not _answered(attempt):
            self._store.attempts.update(attempt.id, state="abandoned", finished_at=now.isoformat())
            return
        if attempt.graded is not None and self._session.settles_alone(attempt.graded):
            _record(self._session, attempt, attempt.graded.grade, now)
        self._store.attempts.update(attempt.id, state="closed", finished_at=now.isoformat())


def _answered(attempt: Attempt) -> bool:
    return any(turn.speaker == "candidate" for turn in attempt.turns)


def _shown(turn: Turn) -> bool:
    """An acknowledgement tells what was right: it would be a verdict."""
    return turn.kind in ("answer", "followup", "followup_answer", "deepening")


def begin_mock(
    session: Session, rounds: Sequence[Round], *, seed: int, focus: str = "", clock: Clock = utc_now
) -> MockInterview:
    """Choose questions and open the interview. Raises CoachError when no question fits."""
    day = session.schedule.clock.day(clock())
    interviews = [entry for entry in session.store.reviews.interview_dates() if entry.day >= day]
    if focus and focus not in session.store.questions.topics():
        known_topics = ", ".join(session.store.questions.topics())
        raise CoachError(f"There is no topic “{focus}”.", f"Topics: {known_topics}.")
    recent = {
        card.question_id for card in session.store.reviews.cards() if card.last_day > day - timedelta(RECENT_DAYS)
    }
    known = Known(frozenset(recent), interviews[0].weights if interviews else {}, focus)
    plan = choose(rounds, session.store.questions.live(), known, seed)
    if not plan:
        raise CoachError("The bank has no question for these rounds.", "Choose others, or import questions.")
    settings = {"plan": [[item.round, item.question_id] for item in plan], "seed": seed}
    queue = [item.question_id for item in plan]
    return MockInterview(session, session.store.attempts.start_session("mock", queue, clock(), settings), clock)


def unfinished_mock(session: Session, clock: Clock = utc_now) -> MockInterview | None:
    """The mock interview that was left open, or None."""
    row = session.store.attempts.open_mock()
    return MockInterview(session, row["id"], clock) if row else None


def confirm_grade(session: Session, attempt_id: int, grade: int, clock: Clock = utc_now) -> None:
    """The person's grade for an answer of a finished interview: the first one schedules it, a later one overrules."""
    attempt = session.store.attempts.get(attempt_id)
    counted = [event for event, _ in session.schedule.answers(attempt.question_id) if event.attempt_id == attempt_id]
    if counted:
        session.override(attempt_id, grade)
        return
    now = clock()
    with session.store.atomic():
        _record(session, attempt, grade, now)
        session.store.attempts.add_case(attempt_id, now, attempt.graded, grade)


def judge_again(session: Session, attempt_id: int) -> Judgement | None:
    """Judge what could not be judged of an attempt; None if that fails again. Slow: for a worker.

    What comes out waits for the person's grade like an unsure judgement.
    """
    attempt = session.store.attempts.get(attempt_id)
    question = session.store.questions.get(attempt.question_id)
    if question is None or attempt.graded is not None:
        return attempt.graded
    conversation = session.converse(attempt, question)
    try:
        for _ in conversation.go_on(more_follow_ups=False):
            pass
    finally:
        conversation.close()
        session.store.attempts.update(attempt_id, state="closed")
    return conversation.attempt.graded


def _record(session: Session, attempt: Attempt, grade: int, now: datetime) -> None:
    question = session.store.questions.get(attempt.question_id)
    seconds = session.store.attempts.seconds_of([attempt.id]).get(attempt.id)
    topic = question.topic if question else ""
    session.schedule.record(attempt.question_id, grade, now, topic=topic, seconds=seconds, attempt_id=attempt.id)
