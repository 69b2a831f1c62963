"""The conduct of one attempt: store, judge, follow up, conclude. Used by every front end; knows no terminal.

`reply` is a generator of events, so a screen can show each step as it happens and stop the model by closing it. What
the candidate typed is on disk before anything is computed from it; every coach turn is on disk before it is announced.
"""

import time
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal, Protocol

from coach.dialogue import prompts, speaking, wording
from coach.dialogue.hints import MAX_HINTS, hint
from coach.dialogue.interviewer import FollowUp, Move, best_target, next_move
from coach.errors import ContextFull, EmbedderUnavailable, LlmUnavailable, NotGraded, Stopped
from coach.events import Concluded, Event, Judged, Notice, Piece, Said, Ungraded, Working
from coach.llm.budget import TurnBlock, said_on_screen, trunk_within_window
from coach.models import Attempt, Judgement, PointVerdict, Question, Turn
from coach.ports import Judge, LanguageModel, Trunk
from coach.scoring.grade import conclude, merge
from coach.storage import Store
from coach.turns import contributions, next_turn, owes_a_turn, trunk_blocks


class Clock(Protocol):
    """Gives the present instant, aware, in UTC."""

    def __call__(self) -> datetime:
        """Return now."""
        ...


@dataclass(frozen=True, slots=True)
class Talkers:
    """Which parts take part: the judge, and the language model with what it is trusted to do."""

    judge: Judge
    llm: LanguageModel | None = None
    llm_judges: bool = False
    words_follow_ups: bool = False
    words_acknowledgements: bool = False


class Conversation:
    """One attempt at one question."""

    def __init__(
        self,
        store: Store,
        question: Question,
        attempt: Attempt,
        talkers: Talkers | Callable[[], Talkers],
        clock: Clock,
        *,
        missed_last_time: frozenset[int] = frozenset(),
        related: Callable[[], Question | None] = lambda: None,
        max_follow_ups: int = 3,
        passages_on: Callable[[str], Sequence[str]] = lambda point: (),
    ) -> None:
        """passages_on: what the bank says on a missed point, which a follow-up in the model's words may borrow from."""
        self.question = question
        self.attempt = attempt
        self._store = store
        self._given_talkers = talkers
        self._clock = clock
        self._missed_last_time = missed_last_time
        self._related = related
        self._max_follow_ups = max_follow_ups
        self._passages_on = passages_on
        self._trunk: Trunk | None = None
        self._trunk_turns = 0
        self._judging = False
        self._stopping = False

    @property
    def _talkers(self) -> Talkers:
        """Who takes part; a function is asked at the first need, so that a question can be shown while models load."""
        if not isinstance(self._given_talkers, Talkers):
            self._given_talkers = self._given_talkers()
        return self._given_talkers

    def reply(self, text: str, *, more_follow_ups: bool = True) -> Iterator[Event]:
        """Take what the candidate typed and go on until the coach waits again or the attempt is concluded.

        more_follow_ups: False concludes after judging, e.g. in a mock interview's last second.
        """
        text = text.encode("utf-8", "replace").decode()  # lone surrogates, which a terminal may send, cannot be stored
        self._add(next_turn(self.attempt.turns, text, self._clock()), "answered")
        yield from self.go_on(more_follow_ups=more_follow_ups)

    def go_on(self, *, more_follow_ups: bool = True) -> Iterator[Event]:
        """Judge what is stored and not judged yet, then take the next step; also how an interrupted attempt goes on.

        Raises Stopped after `stop`: the answer waits to be judged.
        """
        started = time.monotonic()
        yield Working("judging")
        self._judging, self._stopping = True, False
        try:
            judgement = yield from self._judge()
        except (NotGraded, EmbedderUnavailable) as error:
            before = self.attempt.judgement
            self._save(replace(before, complete=False) if before else None, "not_graded")
            yield Ungraded(error.message, error.hint)
            return
        finally:
            self._judging = False
        judgement = replace(judgement, seconds=time.monotonic() - started, complete=True)
        self._save(judgement, "following_up")
        move = self._move(judgement) if more_follow_ups else Move("close")
        if move.kind == "close":
            self._save(judgement, "judged")
            yield Concluded(judgement)
            return
        yield from self._follow_up(judgement, move)

    def conclude(self) -> Iterator[Event]:
        """End the attempt with what was judged so far: the person wants no more follow-ups."""
        judgement = self.attempt.graded
        if judgement is None:
            yield Ungraded("There is no judged answer yet.", "Answer or retry first, or skip the question.")
            return
        self._save(judgement, "judged")
        yield Concluded(judgement)

    def give_hint(self) -> Said:
        """The next hint for the point that is asked for (or the heaviest missed one), nothing twice; caps the grade."""
        target = self.open_target()
        if target is None:
            verdicts = self.attempt.judgement.points if self.attempt.judgement else ()
            target = best_target(verdicts)
        if target is None:
            target = self._heaviest()
        point, known = self.question.key_points[target], self._known()
        steps = [hint(point, known, step) for step in range(1, MAX_HINTS + 1)]
        heard = {turn.text for turn in self.attempt.turns if turn.speaker == "coach"}
        text = next((step for step in steps if step not in heard), steps[-1])
        self.attempt = replace(self.attempt, hints=self.attempt.hints + 1)
        with self._store.atomic():
            self._store.attempts.update(self.attempt.id, hints=self.attempt.hints)
            turn = Turn("coach", "hint", text, self._clock(), target, "rule")
            self._add(turn, None)
        return Said(turn)

    def open_target(self) -> int | None:
        """Index of the key point the last coach follow-up aims at, None when none is open."""
        for turn in reversed(self.attempt.turns):
            if turn.kind in ("followup", "deepening"):
                return turn.target
            if turn.speaker == "candidate":
                return None
        return None

    def needs_judging(self) -> bool:
        """Whether the coach owes its verdict or its next question: a crash or an Esc came between."""
        return owes_a_turn(self.attempt.turns) and self.attempt.state in ("answered", "following_up")

    def stop(self) -> None:
        """Break off judging, from any thread, at once: models that are being loaded are not waited for.

        Wording is stopped by closing the iterator of events.
        """
        self._stopping = self._judging
        talkers = self._given_talkers
        if self._judging and isinstance(talkers, Talkers) and talkers.llm is not None:
            talkers.llm.stop()

    def close(self) -> None:
        """Give the language model's memory back."""
        if self._trunk is not None:
            self._trunk.close()
            self._trunk = None

    # -- judging ------------------------------------------------------------------------------------------------

    def _judge(self) -> Generator[Event, None, Judgement]:
        """Judge the newest candidate turn and merge it with what was judged before; all turns if nothing was."""
        turns = contributions(self.attempt.turns)
        if not turns:
            raise NotGraded("There is no answer to judge.", "Type an answer, or say that you do not know.")
        answer, *replies = turns
        trunk, notices = self._ready_trunk() if self._talkers.llm_judges else (None, [])
        yield from notices
        judgement = self.attempt.judgement
        if judgement is None or not replies:
            judgement = self._judged(self.question, answer.text, trunk)
            judgement = conclude(judgement, judgement.points, hints=self.attempt.hints)
            yield Judged(judgement)
        else:
            replies = replies[-1:]
        for reply in replies:
            if reply.target is not None:  # a deepening reply is practice, not part of the score
                judgement = self._merged(judgement, reply.text, reply.target, trunk)
                yield Judged(judgement, reply.target)
        return judgement

    def _merged(self, before: Judgement, text: str, target: int, trunk: Trunk | None) -> Judgement:
        """What was judged before with a reply in it, judged on the one point that was asked for."""
        # Without the model answer: a derived point would bring the whole of it into the verdict.
        alone = replace(self.question, key_points=(self.question.key_points[target],), answer="")
        verdict = self._judged(alone, text, trunk).points[0]
        return conclude(before, merge(before.points, {target: verdict}), hints=self.attempt.hints)

    def _judged(self, question: Question, text: str, trunk: Trunk | None) -> Judgement:
        """What the judge says. Raises Stopped also where a stop came while nothing could be broken off."""
        if not self._stopping:
            judgement = self._talkers.judge.judge(question, text, trunk=trunk)
        if self._stopping:
            raise Stopped
        return judgement

    def _move(self, judgement: Judgement) -> Move:
        deepened = any(turn.kind == "deepening" for turn in self.attempt.turns)
        return next_move(
            judgement.points,
            self._asked(judgement),
            missed_last_time=self._missed_last_time,
            can_deepen=True,
            deepened=deepened,
            limit=self._max_follow_ups,
        )

    def _asked(self, judgement: Judgement) -> list[FollowUp]:
        asked = []
        for turn in self.attempt.turns:
            if turn.kind == "followup" and turn.target is not None:
                reached = judgement.points[turn.target]
                asked.append(FollowUp(turn.target, reached.prompted and reached.verdict in ("covered", "partial")))
        return asked

    # -- speaking -----------------------------------------------------------------------------------------------

    def _follow_up(self, judgement: Judgement, move: Move) -> Iterator[Event]:
        yield Working("wording")
        if self.attempt.turns[-1].kind != "acknowledgement":  # else it was cut off behind that
            acknowledgement = yield from self._acknowledge(judgement)
            turn = self._say("acknowledgement", acknowledgement, None)
            yield Said(turn)
        if move.target is None:
            turn = self._say("deepening", self._deepening(), None)
        else:
            worded = yield from self._word(judgement.points[move.target])
            turn = self._say("followup", worded, move.target)
        yield Said(turn)

    def _acknowledge(self, judgement: Judgement) -> Generator[Event, None, wording.Wording]:
        trunk = self._ready_trunk()[0] if self._talkers.words_acknowledgements else None
        target = self.answered_target()
        spoken_of = judgement.points if target is None else [judgement.points[target]]
        gained = newest_gain(judgement, target)
        earlier = [turn.text for turn in self.attempt.turns if turn.kind == "acknowledgement"]
        words = speaking.acknowledgement(trunk, gained, spoken_of, said=self._said(), earlier=earlier)
        return (yield from _streamed(words, "acknowledgement"))

    def _word(self, verdict: PointVerdict) -> Generator[Event, None, wording.Wording]:
        by_model = self._talkers.words_follow_ups
        earlier = self._coach_texts()
        words = speaking.follow_up(
            self._ready_trunk()[0] if speaking.asks_model(verdict.point, earlier, prefer_model=by_model) else None,
            self.question,
            verdict,
            said=self._said(),
            earlier=earlier,
            prefer_model=by_model,
            drafts=self._passages_on(verdict.point.text) if by_model else (),
        )
        return (yield from _streamed(words, "followup"))

    def _deepening(self) -> wording.Wording:
        asked = set(self._coach_texts())
        for text in self.question.follow_ups:
            if text not in asked:
                return wording.Wording(text, "authored")
        if related := self._related():
            return wording.Wording(related.text, "authored")
        return wording.Wording("Where would this break down in practice?", "rule")

    # -- the trunk ----------------------------------------------------------------------------------------------

    def _ready_trunk(self) -> tuple[Trunk | None, list[Notice]]:
        """The trunk with everything said so far in it: only what is new gets evaluated."""
        llm = self._talkers.llm
        if llm is None:
            return None, []
        blocks = trunk_blocks(self.attempt.turns)
        try:
            if self._trunk is None:
                self._trunk = llm.trunk(prompts.SYSTEM, prompts.opening(self.question.text))
                self._trunk_turns = 0
            for block in blocks[self._trunk_turns :]:
                self._trunk.extend(block)
                self._trunk_turns += 1
        except Stopped:  # on request: nothing is wrong with the model
            raise
        except ContextFull:
            return self._shortened_trunk(llm, blocks)
        except LlmUnavailable as error:
            return self._without_trunk(error)
        return self._trunk, []

    def _shortened_trunk(self, llm: LanguageModel, blocks: Sequence[str]) -> tuple[Trunk | None, list[Notice]]:
        """A trunk in which the oldest turns stand as what was found in them, because all of them do not fit."""
        self.close()
        line = prompts.verdict_line(self.attempt.judgement.points if self.attempt.judgement else ())
        try:
            self._trunk, replaced = trunk_within_window(
                llm, prompts.SYSTEM, prompts.opening(self.question.text), [TurnBlock(block, line) for block in blocks]
            )
        except Stopped:
            raise
        except LlmUnavailable as error:
            return self._without_trunk(error)
        self._trunk_turns = len(blocks)
        return self._trunk, [Notice(said_on_screen(replaced))]

    def _without_trunk(self, error: LlmUnavailable) -> tuple[None, list[Notice]]:
        self.close()
        return None, [Notice(f"{error.message} The semantic judge goes on without the language model.")]

    # -- small things -------------------------------------------------------------------------------------------

    def answered_target(self) -> int | None:
        """Target of the newest answered follow-up, None after the first answer."""
        for turn in reversed(self.attempt.turns):
            if turn.speaker == "candidate":
                return turn.target
        return None

    def _say(
        self, kind: Literal["acknowledgement", "followup", "deepening"], words: wording.Wording, target: int | None
    ) -> Turn:
        turn = Turn("coach", kind, words.text, self._clock(), target, words.origin)  # type: ignore[arg-type]
        self._add(turn, "following_up")
        return turn

    def _add(self, turn: Turn, state: Literal["answered", "following_up"] | None) -> None:
        with self._store.atomic():
            self._store.attempts.add_turn(self.attempt.id, turn, state)
        self.attempt = replace(self.attempt, turns=(*self.attempt.turns, turn), state=state or self.attempt.state)

    def _save(self, judgement: Judgement | None, state: Literal["following_up", "judged", "not_graded"]) -> None:
        with self._store.atomic():
            self._store.attempts.save_judgement(self.attempt.id, judgement, state)
        self.attempt = replace(self.attempt, judgement=judgement, state=state)

    def _said(self) -> str:
        return "\n".join(turn.text for turn in self.attempt.turns if turn.speaker == "candidate")

    def _known(self) -> str:
        return f"{self.question.text}\n{self._said()}"

    def _coach_texts(self) -> list[str]:
        return [turn.text for turn in self.attempt.turns if turn.kind in ("followup", "deepening")]

    def _heaviest(self) -> int:
        points = self.question.key_points
        return max(range(len(points)), key=lambda i: (points[i].weight, -i))


def newest_gain(judgement: Judgement, target: int | None) -> PointVerdict | None:
    """The point to acknowledge: the one just asked for if it was gained, else the surest heavy covered one."""
    if target is not None:
        verdict = judgement.points[target]
        return verdict if verdict.verdict == "covered" else None
    covered = [v for v in judgement.points if v.verdict == "covered"]
    return max(covered, key=lambda v: (v.point.weight, v.probability), default=None)


def _streamed(
    words: speaking.Wordings, kind: Literal["acknowledgement", "followup"]
) -> Generator[Event, None, wording.Wording]:
    """Pieces of a wording as events; returns the checked sentence."""
    while True:
        try:
            yield Piece(next(words), kind)
        except StopIteration as end:
            result: wording.Wording = end.value
            return result
