"""The texts that the engine benchmark evaluates, judges, and has copied."""

from pathlib import Path

from coach.llm.local import LlamaCppModel

ROOT = Path(__file__).parents[1]
CONTEXT = 4096
"""Tokens that every model here has room for."""

HELPFUL = "You are a helpful assistant."
POINTS = (
    "Overfitting means that the model fits noise in the training data.",
    "The gap between training and validation error shows it.",
    "Regularisation such as weight decay reduces it.",
    "More or augmented training data reduces it.",
    "Early stopping ends training when validation error rises.",
    "A model with more capacity than the data supports is prone to it.",
    "Cross-validation gives an estimate that does not reuse training examples.",
)
ANSWER = (
    "Overfitting is when the network learns the noise of the training set by heart. You notice because the training "
    "error keeps falling while the validation error turns up. I would add weight decay or dropout, stop at the best "
    "validation epoch, and collect or augment data if I can. "
)
FREE = (
    "Explain what overfitting is and how to avoid it.",
    "Tell me how a neural network learns.",
    "What should I look at when my model performs badly on new data?",
)
PASSAGE = (
    "Gradient descent moves the weights against the gradient of the loss. With a large learning rate the steps "
    "overshoot and the loss may grow; with a small one training takes long and can stall on plateaus. Momentum "
    "keeps a velocity, a decaying sum of past gradients, so that steady directions gain speed and zigzag directions "
    "cancel. Adam divides each step by a running estimate of the gradient's size, which makes the choice of the "
    "learning rate less delicate, but it can generalise slightly worse than plain momentum on some vision tasks. A "
    "schedule that warms up and then decays the rate is common in the training of large transformer models today."
)
QUOTE = f"Text: The cat sat.\nCopy: The cat sat.\n\nText: {PASSAGE}\nCopy: {PASSAGE}\n\nText: {PASSAGE}\nCopy:"


def text_of(model: LlamaCppModel, tokens: int, skip: int = 0) -> str:
    """Text of the shipped bank that is about `tokens` tokens long."""
    text = "".join(path.read_text("utf-8") for path in sorted((ROOT / "corpus" / "fundamentals").glob("*.md")))
    ids = model.vocabulary.data(text)[skip : skip + tokens]
    return b"".join(map(model.vocabulary.bytes_of, ids)).decode("utf-8", "ignore")
