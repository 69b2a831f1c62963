"""The real encoder and language model, each loaded once, and one question with a good and a wrong answer."""

from dataclasses import dataclass

import pytest

from coach.llm.bundled import adapter_path, model_path
from coach.models import KeyPoint, Question
from coach.ports import Embedder, LanguageModel
from coach.retrieval.embedder import SentenceEncoder

QUESTION = Question(
    "momentum",
    "What does momentum change about gradient descent?",
    "The velocity is an exponentially decaying sum of past gradients. It damps oscillation across narrow valleys and "
    "speeds up along directions in which the gradients agree. A typical coefficient is 0.9.",
    "optimisation",
    key_points=(
        KeyPoint("The velocity is an exponentially decaying sum of past gradients.", 3),
        KeyPoint("Momentum damps oscillation across a narrow valley.", 2),
        KeyPoint("It speeds up progress along directions in which gradients agree.", 2),
        KeyPoint("A typical coefficient is 0.9.", 1),
    ),
)
GOOD = (
    "You keep a velocity vector, a running sum of the earlier gradients in which old ones fade out exponentially. "
    "Zig-zagging from one wall of a steep valley to the other mostly cancels.\n"
    "Where gradients keep pointing the same way the steps add up, so we move faster there. Usually beta = 0.9."
)
WRONG = (
    "Momentum makes the learning rate smaller after every step. It only looks at the current gradient and forgets all "
    "earlier ones, so oscillation in a narrow valley gets worse, and flat directions become slower."
)


@dataclass(frozen=True)
class Example:
    question: Question
    good: str
    wrong: str


@pytest.fixture
def example() -> Example:
    return Example(QUESTION, GOOD, WRONG)


@pytest.fixture(scope="session")
def encoder() -> Embedder:
    return SentenceEncoder()


@pytest.fixture(scope="session")
def adapted_model() -> LanguageModel:
    """The bundled language model with our adapter."""
    adapter = adapter_path()
    if adapter is None:
        pytest.skip("this build carries no adapter")
    from coach.llm.local import LlamaCppModel

    return LlamaCppModel(model_path(), adapter=adapter, context_tokens=2048, threads=2)
