"""Stopping the real model while it judges: nothing is graded, nothing is lost, and it goes on when asked."""

import threading
import time
from collections.abc import Iterator

import pytest

from coach.clock import utc_now
from coach.conversation import Conversation, Talkers
from coach.errors import Stopped
from coach.events import Judged
from coach.llm.bundled import adapter_path, model_path
from coach.llm.local import LlamaCppModel
from coach.models import KeyPoint, Question
from coach.retrieval.embedder import SentenceEncoder
from coach.scoring.judge import PointJudge
from coach.storage import Store

QUESTION = Question(
    "momentum",
    "What does momentum change about gradient descent?",
    "The velocity is an exponentially decaying sum of past gradients.",
    "optimisation",
    key_points=(KeyPoint("The velocity is an exponentially decaying sum of past gradients.", 3),),
)
LONG_ANSWER = "The velocity is a sum of past gradients in which old ones fade out. " * 100


@pytest.fixture
def model() -> Iterator[LlamaCppModel]:
    loaded = LlamaCppModel(model_path(), adapter=adapter_path(), threads=1)
    yield loaded
    loaded.close()


def test_an_answer_whose_judging_was_stopped_waits_to_be_judged(store: Store, model: LlamaCppModel) -> None:
    attempt = store.attempts.get(store.attempts.start(QUESTION.id, utc_now()))
    talkers = Talkers(PointJudge(SentenceEncoder()), model, llm_judges=True)
    conversation = Conversation(store, QUESTION, attempt, talkers, utc_now)
    raised: list[BaseException] = []

    def reply() -> None:
        try:
            list(conversation.reply(LONG_ANSWER))
        except Stopped as stopped:
            raised.append(stopped)

    thread = threading.Thread(target=reply)
    thread.start()
    while not raised and thread.is_alive():
        conversation.stop()
        time.sleep(0.01)
    thread.join()
    assert len(raised) == 1
    assert conversation.needs_judging()
    assert conversation.attempt.judgement is None
    judged = [event for event in conversation.go_on() if isinstance(event, Judged)]
    assert judged[0].judgement.points[0].verdict in ("covered", "partial")
