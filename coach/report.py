"""The report after an interview: per competency, best and weakest moments with quotes, what to study and when.

Every number is computed from verdicts and times on disk; nothing here asks a model. `coach.report_export` writes it.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from coach.errors import CoachError
from coach.mock_plan import BY_NAME
from coach.models import Attempt, Judgement, PointVerdict, Question, Turn
from coach.scoring.feedback import next_step
from coach.session import Session

MOMENTS = 3
STUDY_BELOW = 4.0
"""Answers scored below this have something to study: a grade of 4 is where SM-2 no longer drills."""

Status = Literal["graded", "to confirm", "not graded", "skipped"]


@dataclass(frozen=True, slots=True)
class Answered:
    """One question of the interview.

    status: "to confirm" when the judge is not sure and nobody has graded it.  judgement: None if nothing was judged.
    grade: 0..5, the one that counts, None while none does.  seconds, allowed_seconds: None if unknown.
    """

    attempt_id: int
    question: Question
    round: str
    status: Status
    judgement: Judgement | None
    grade: int | None
    turns: tuple[Turn, ...]
    hints: int
    seconds: float | None
    allowed_seconds: float | None
    due: date | None

    @property
    def score(self) -> float | None:
        """The judge's, 0..5; None unless every reply could be judged."""
        return self.judgement.score if self.judgement and self.judgement.complete else None

    @property
    def points(self) -> tuple[PointVerdict, ...]:
        """Verdicts so far; empty if nothing was judged."""
        return self.judgement.points if self.judgement else ()


@dataclass(frozen=True, slots=True)
class Competency:
    """score: 0..5, None when nothing was graded.  of: how many questions or points it rests on."""

    name: str
    score: float | None
    of: int
    about: str


@dataclass(frozen=True, slots=True)
class Moment:
    """A verdict worth remembering. quote: the candidate's own words, empty when the point was not mentioned."""

    question: str
    point: str
    verdict: str
    quote: str


@dataclass(frozen=True, slots=True)
class Study:
    """One thing to learn. day: when the question comes back, None if it is not scheduled yet."""

    day: date | None
    topic: str
    question_id: str
    question: str
    advice: str


@dataclass(frozen=True, slots=True)
class Report:
    """kind: "mock", "practice", "review" or "attempt".  started_at, finished_at: in the person's zone.

    score: mean over judged answers, 0..5, None without any.
    """

    session_id: int | None
    kind: str
    started_at: datetime
    finished_at: datetime | None
    score: float | None
    answers: tuple[Answered, ...]
    competencies: tuple[Competency, ...]
    best: tuple[Moment, ...]
    weakest: tuple[Moment, ...]
    study: tuple[Study, ...]

    @property
    def seconds(self) -> float:
        """Time spent on all answers."""
        return sum(answer.seconds or 0.0 for answer in self.answers)


def session_report(session: Session, session_id: int | None = None) -> Report:
    """The report on one session, by default the latest in which something was answered. Raises CoachError."""
    attempts = session.store.attempts
    known = {row["id"] for row in attempts.sessions(limit=-1)}
    if session_id is None and not known:
        raise CoachError("There is no interview to report on yet.", "Take one with `coach mock` or `coach practice`.")
    if session_id is not None and session_id not in known:
        raise CoachError(f"There is no answered session {session_id}.", "See `coach report --list`.")
    row = attempts.session(max(known) if session_id is None else session_id)
    answers = _answers(session, attempts.of_session(row["id"]), [name for name, _ in row["settings"].get("plan", ())])
    zone = session.schedule.clock.zone
    started = datetime.fromisoformat(row["started_at"]).astimezone(zone)
    finished = datetime.fromisoformat(row["finished_at"]).astimezone(zone) if row["finished_at"] else None
    return _report(row["id"], row["kind"], started, finished, answers)


def attempt_report(session: Session, attempt_id: int) -> Report:
    """The report on one question alone. Raises CoachError for an unknown one."""
    attempt = session.store.attempts.find(attempt_id)
    if attempt is None or not attempt.turns:
        raise CoachError(f"There is no answered attempt {attempt_id}.", "`coach report --list` shows all sessions.")
    answers = _answers(session, [attempt], [])
    zone = session.schedule.clock.zone
    began, ended = (attempt.turns[at].at.astimezone(zone) for at in (0, -1))
    return _report(None, "attempt", began, ended, answers)


def _report(
    session_id: int | None, kind: str, started: datetime, finished: datetime | None, answers: Sequence[Answered]
) -> Report:
    judged = [answer for answer in answers if answer.score is not None]
    return Report(
        session_id=session_id,
        kind=kind,
        started_at=started,
        finished_at=finished,
        score=_mean([answer.score for answer in judged if answer.score is not None]),
        answers=tuple(answers),
        competencies=tuple(_competencies(answers)),
        best=tuple(_best(judged)),
        weakest=tuple(_weakest(judged)),
        study=tuple(_study(judged)),
    )


def _answers(session: Session, attempts: Sequence[Attempt], rounds: Sequence[str]) -> list[Answered]:
    """rounds: by position in the session, empty for sessions without rounds. Questions that are gone are left out."""
    seconds = session.store.attempts.seconds_of(attempt.id for attempt in attempts)
    questions = {q.id: q for q in session.store.questions.many([attempt.question_id for attempt in attempts])}
    found = []
    for position, attempt in enumerate(attempts):
        if question := questions.get(attempt.question_id):
            round_ = BY_NAME.get(rounds[position]) if position < len(rounds) else None
            found.append(_answered(session, attempt, question, seconds.get(attempt.id), round_.name if round_ else ""))
    return found


def _answered(session: Session, attempt: Attempt, question: Question, seconds: float | None, round_: str) -> Answered:
    counted = [g for event, g in session.schedule.answers(question.id) if event.attempt_id == attempt.id]
    card = session.store.reviews.card(question.id)
    status: Status = "graded" if counted else "to confirm" if attempt.graded else "not graded"
    if not any(turn.speaker == "candidate" for turn in attempt.turns):
        status = "skipped"
    return Answered(
        attempt_id=attempt.id,
        question=question,
        round=round_,
        status=status,
        judgement=attempt.judgement,
        grade=counted[-1] if counted else None,
        turns=tuple(turn for turn in attempt.turns if turn.kind != "acknowledgement" or not round_),  # never shown
        hints=attempt.hints,
        seconds=seconds,
        allowed_seconds=60 * BY_NAME[round_].minutes if round_ else None,
        due=card.due if card else None,
    )


# -- competencies ---------------------------------------------------------------------------------------------------


def _competencies(answers: Sequence[Answered]) -> list[Competency]:
    """One for each round (or kind of question), then what runs through all answers."""
    groups: dict[str, list[Answered]] = defaultdict(list)
    for answer in answers:
        kind = answer.question.kind.replace("_", " ").capitalize()
        groups[BY_NAME[answer.round].competency if answer.round else kind].append(answer)
    by_round = [_of_group(name, group) for name, group in groups.items()]
    judged = [answer for answer in answers if answer.score is not None]
    verdicts = [verdict for answer in judged for verdict in answer.points]
    return [*by_round, _accuracy(verdicts), _recovery(judged), _pace(answers)]


def _of_group(name: str, group: Sequence[Answered]) -> Competency:
    scores = [answer.score for answer in group if answer.score is not None]
    return Competency(name, _mean(scores), len(scores), "mean score of the answers")


def _accuracy(verdicts: Sequence[PointVerdict]) -> Competency:
    """Of what was said, how much was true. A partial statement counts as true: what is missing of it is not false."""
    said = [verdict for verdict in verdicts if verdict.verdict != "missing"]
    true = [verdict for verdict in said if verdict.verdict != "contradicted"]
    return Competency("Accuracy", 5 * len(true) / len(said) if said else None, len(said), "statements that hold")


def _recovery(answers: Sequence[Answered]) -> Competency:
    """Of the points that were asked for after they had been missed, how many came."""
    asked = gained = 0
    for answer in answers:
        targets = {t.target for t in answer.turns if t.kind == "followup" and t.target is not None}
        asked += len(targets)
        gained += sum(target < len(answer.points) and answer.points[target].prompted for target in targets)
    return Competency("Follow-ups", 5 * gained / asked if asked else None, asked, "missed points that came when asked")


def _pace(answers: Sequence[Answered]) -> Competency:
    timed = [a for a in answers if a.seconds is not None and a.allowed_seconds is not None and a.status != "skipped"]
    within = sum((a.seconds or 0) <= (a.allowed_seconds or 0) for a in timed)
    return Competency("Pace", 5 * within / len(timed) if timed else None, len(timed), "questions answered in time")


# -- moments and advice ---------------------------------------------------------------------------------------------


def _best(answers: Iterable[Answered]) -> list[Moment]:
    """The heaviest, surest covered point of each answer, unprompted before prompted."""
    found = []
    for answer in answers:
        covered = [v for v in answer.points if v.verdict == "covered" and v.evidence]
        if covered:
            top = max(covered, key=lambda v: (not v.prompted, v.point.weight, v.probability))
            found.append(((not top.prompted, top.point.weight, top.probability), _moment(answer, top)))
    return [moment for _, moment in sorted(found, key=lambda pair: pair[0], reverse=True)[:MOMENTS]]


def _weakest(answers: Iterable[Answered]) -> list[Moment]:
    """What was false, then what is essential and was not mentioned; one of each answer."""
    found = []
    for answer in answers:
        wrong = [v for v in answer.points if v.verdict == "contradicted"]
        gaps = [v for v in answer.points if v.verdict == "missing" and v.point.weight == 3]
        if wrong or gaps:
            worst = max(wrong or gaps, key=lambda v: (v.point.weight, v.probability))
            found.append(((bool(wrong), worst.point.weight, worst.probability), _moment(answer, worst)))
    return [moment for _, moment in sorted(found, key=lambda pair: pair[0], reverse=True)[:MOMENTS]]


def _moment(answer: Answered, verdict: PointVerdict) -> Moment:
    quote = verdict.evidence.text if verdict.evidence else ""
    return Moment(answer.question.text, verdict.point.text, verdict.verdict, quote)


def _study(answers: Iterable[Answered]) -> list[Study]:
    """What to learn, the weakest first, each with the day on which its question comes back."""
    weak = [answer for answer in answers if answer.points and (answer.score or 0.0) < STUDY_BELOW]
    weak.sort(key=lambda answer: answer.score or 0.0)
    return [
        Study(answer.due, answer.question.topic, answer.question.id, answer.question.text, next_step(answer.points))
        for answer in weak
    ]


def _mean(values: Sequence[float]) -> float | None:
    return sum(values) / len(values) if values else None
