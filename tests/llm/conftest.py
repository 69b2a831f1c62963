from collections.abc import Iterator
from pathlib import Path

import pytest

from coach.llm.bundled import model_path
from coach.llm.local import LlamaCppModel


@pytest.fixture(scope="session")
def gguf() -> Path:
    return model_path()


@pytest.fixture(scope="session")
def model(gguf: Path) -> Iterator[LlamaCppModel]:
    """The bundled model, loaded once; a test leaves no trunk open and turns speculation back on."""
    model = LlamaCppModel(gguf, context_tokens=1024)
    yield model
    model.close()
