from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest

from coach.conversation import Conversation, Talkers
from coach.errors import NotGraded, Stopped
from coach.events import Concluded, Event, Judged, Said, Ungraded, Working
from coach.models import Judgement, KeyPoint, PointVerdict, Question, Span, Turn
from coach.ports import Trunk
from coach.scoring.grade import grade, score
from coach.storage import Store

QUESTION = Question(
    "trees",
    "Why do random forests work?",
    "Averaging decorrelated trees reduces variance.",
    "trees",
    key_points=(
        KeyPoint("bagging", 3, "How is each tree's data drawn?"),
        KeyPoint("features", 3, "What else differs between the trees?"),
        KeyPoint("variance", 2, "Which part of the error falls?"),
    ),
    follow_ups=("What would you do on a small data set?",),
)


class WordJudge:
    """Covers a point when its text stands in the answer, contradicts it behind "no ". Fails on demand."""

    name = "words"

    def __init__(self) -> None:
        self.failing = False

    def judge(self, question: Question, answer: str, *, trunk: Trunk | None = None) -> Judgement:
        if self.failing:
            raise NotGraded("The judge is away.", "Try again.")
        verdicts = tuple(self._verdict(point, answer) for point in question.key_points)
        return Judgement(verdicts, score(verdicts), grade(verdicts), True, self.name)

    def _verdict(self, point: KeyPoint, answer: str) -> PointVerdict:
        at = answer.find(point.text)
        if at < 0:
            return PointVerdict(point, "missing", 0.9, 0.0)
        span = Span(at, at + len(point.text), point.text)
        if answer[:at].endswith("no "):
            return PointVerdict(point, "contradicted", 0.9, -0.5, span)
        return PointVerdict(point, "covered", 0.9, 1.0, span)


@pytest.fixture
def judge() -> WordJudge:
    return WordJudge()


@pytest.fixture
def clock() -> Callable[[], datetime]:
    moments: Iterator[datetime] = (datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=i) for i in range(10_000))
    return lambda: next(moments)


@pytest.fixture
def begin(store: Store, judge: WordJudge, clock: Callable[[], datetime]) -> Callable[[], Conversation]:
    def make() -> Conversation:
        attempt = store.attempts.open_attempt()
        attempt = attempt or store.attempts.get(store.attempts.start(QUESTION.id, clock()))
        return Conversation(store, QUESTION, attempt, Talkers(judge), clock)

    return make


def follow_ups(events: list[Event]) -> list[Turn]:
    return [event.turn for event in events if isinstance(event, Said) and event.turn.kind == "followup"]


def test_the_follow_up_aims_at_the_heaviest_missed_point(begin: Callable[[], Conversation]) -> None:
    conversation = begin()
    events = list(conversation.reply("it is bagging"))
    (asked,) = follow_ups(events)
    assert (asked.target, asked.text, asked.origin) == (1, QUESTION.key_points[1].probe, "authored")
    assert conversation.open_target() == 1


def test_a_reply_is_judged_on_its_point_alone_and_merged(begin: Callable[[], Conversation]) -> None:
    conversation = begin()
    list(conversation.reply("it is bagging"))
    events = list(conversation.reply("features, and also variance"))
    judged = next(event for event in events if isinstance(event, Judged))
    assert judged.target == 1
    assert [v.verdict for v in judged.judgement.points] == ["covered", "covered", "missing"]
    assert [v.prompted for v in judged.judgement.points] == [False, True, False]


def test_credit_after_a_follow_up_is_less_than_unprompted(begin: Callable[[], Conversation]) -> None:
    conversation = begin()
    list(conversation.reply("it is bagging and variance"))
    list(conversation.reply("features"))
    assert conversation.attempt.judgement is not None
    assert 4.0 < conversation.attempt.judgement.score < 5.0


def test_a_false_statement_is_quoted_in_the_challenge(begin: Callable[[], Conversation]) -> None:
    (asked,) = follow_ups(list(begin().reply("bagging, features, no variance")))
    assert asked.target == 2
    assert "“variance”" in asked.text


def test_silence_takes_a_false_statement_not_back(begin: Callable[[], Conversation]) -> None:
    conversation = begin()
    list(conversation.reply("bagging, features, no variance"))
    list(conversation.reply("I don't know"))
    assert conversation.attempt.judgement is not None
    assert conversation.attempt.judgement.points[2].verdict == "contradicted"


def test_everything_covered_deepens_and_then_concludes(begin: Callable[[], Conversation]) -> None:
    conversation = begin()
    list(conversation.reply("bagging features variance"))
    assert conversation.attempt.turns[-1].kind == "deepening"
    events = list(conversation.reply("fewer and shallower trees"))
    assert isinstance(events[-1], Concluded)
    assert conversation.attempt.judgement is not None
    assert conversation.attempt.judgement.grade == 5


def test_knowing_nothing_is_let_go_after_two_follow_ups(begin: Callable[[], Conversation]) -> None:
    conversation = begin()
    for _ in range(3):
        events = list(conversation.reply("I don't know"))
    assert isinstance(events[-1], Concluded)
    assert conversation.attempt.state == "judged"


def test_the_answer_is_on_disk_before_the_judge_is_asked(
    begin: Callable[[], Conversation], store: Store, judge: WordJudge
) -> None:
    judge.failing = True
    events = list(begin().reply("typed with care"))
    assert isinstance(events[-1], Ungraded)
    kept = store.attempts.open_attempt()
    assert kept is not None
    assert kept.state == "not_graded"
    assert kept.turns[0].text == "typed with care"


def test_a_failed_judgement_can_be_retried(begin: Callable[[], Conversation], judge: WordJudge) -> None:
    conversation = begin()
    judge.failing = True
    list(conversation.reply("bagging features variance"))
    judge.failing = False
    events = list(conversation.go_on())
    assert any(isinstance(event, Judged) for event in events)


def test_an_interrupted_attempt_goes_on_where_it_stopped(begin: Callable[[], Conversation]) -> None:
    events = begin().reply("it is bagging")
    next(events)  # the answer is stored, judging begins ...
    events.close()  # type: ignore[attr-defined]  # ... and the program dies
    again = begin()
    assert again.needs_judging()
    (asked,) = follow_ups(list(again.go_on()))
    assert asked.target == 1


def stop_at(events: Iterator[Event], kind: type[Event]) -> None:
    """Break the coach off as Esc does, behind its first event of this kind."""
    next(event for event in events if isinstance(event, kind))
    events.close()  # type: ignore[attr-defined]


def test_what_is_added_after_a_stop_belongs_to_the_answer(begin: Callable[[], Conversation]) -> None:
    conversation = begin()
    stop_at(conversation.reply("it is bagging"), Working)
    list(conversation.reply("and features, for less variance"))
    assert conversation.attempt.judgement is not None
    assert [(v.verdict, v.prompted) for v in conversation.attempt.judgement.points] == [("covered", False)] * 3


@pytest.mark.parametrize("reply", [["features", "that is what I mean"], ["let me think", "features"]])
def test_what_is_added_after_a_stop_belongs_to_the_reply(begin: Callable[[], Conversation], reply: list[str]) -> None:
    conversation = begin()
    list(conversation.reply("it is bagging"))
    stop_at(conversation.reply(reply[0]), Working)
    conversation.give_hint()
    assert conversation.needs_judging()
    list(conversation.reply(reply[1]))
    assert conversation.attempt.judgement is not None
    assert [v.verdict for v in conversation.attempt.judgement.points] == ["covered", "covered", "missing"]


def test_a_stop_between_praise_and_question_leaves_the_question_to_be_asked(begin: Callable[[], Conversation]) -> None:
    stop_at(begin().reply("it is bagging"), Said)
    again = begin()
    assert [turn.kind for turn in again.attempt.turns] == ["answer", "acknowledgement"]
    assert again.needs_judging()
    (asked,) = follow_ups(list(again.go_on()))
    assert asked.target == 1
    assert [turn.kind for turn in again.attempt.turns] == ["answer", "acknowledgement", "followup"]


def test_a_resumed_follow_up_keeps_its_target_and_verdicts(begin: Callable[[], Conversation]) -> None:
    list(begin().reply("it is bagging"))
    again = begin()
    assert not again.needs_judging()
    assert again.open_target() == 1
    list(again.reply("features"))
    assert again.attempt.judgement is not None
    assert again.attempt.judgement.points[1].prompted


def test_a_hint_helps_with_the_asked_point_and_caps_the_grade(begin: Callable[[], Conversation]) -> None:
    conversation = begin()
    list(conversation.reply("it is bagging and variance"))
    asked = conversation.attempt.turns[-1].text
    said = conversation.give_hint()
    assert said.turn.target == 1
    assert len({asked, said.turn.text, conversation.give_hint().turn.text}) == 3
    list(conversation.reply("features"))
    assert conversation.attempt.judgement is not None
    assert conversation.attempt.judgement.grade == 3


def test_what_cannot_be_stored_does_not_cost_the_rest(begin: Callable[[], Conversation]) -> None:
    conversation = begin()
    list(conversation.reply("bagging \ud800 and features"))
    assert conversation.attempt.turns[0].text == "bagging ? and features"


class UnusedModel:
    """A language model that nobody may talk to: it was not trusted with anything that is needed."""

    name, identity, context_tokens = "unused", "unused", 4096

    def trunk(self, system: str, opening: str) -> Trunk:
        raise AssertionError("an answer was read by a model that has no task")

    def stop(self) -> None: ...

    def close(self) -> None: ...


def test_a_model_without_a_task_reads_no_answer(store: Store, judge: WordJudge, clock: Callable[[], datetime]) -> None:
    attempt = store.attempts.get(store.attempts.start(QUESTION.id, clock()))
    conversation = Conversation(store, QUESTION, attempt, Talkers(judge, UnusedModel()), clock)
    (asked,) = follow_ups(list(conversation.reply("it is bagging")))
    assert asked.origin == "authored"


def test_stopping_waits_for_no_model_that_is_being_loaded(
    store: Store, judge: WordJudge, clock: Callable[[], datetime]
) -> None:
    asked = 0

    def load() -> Talkers:
        nonlocal asked
        asked += 1
        conversation.stop()  # as Esc does while the model loads: it does not load a second one
        return Talkers(judge)

    attempt = store.attempts.get(store.attempts.start(QUESTION.id, clock()))
    conversation = Conversation(store, QUESTION, attempt, load, clock)
    with pytest.raises(Stopped):
        list(conversation.reply("it is bagging"))
    assert asked == 1
    assert conversation.needs_judging()
    assert any(isinstance(event, Judged) for event in conversation.go_on())
