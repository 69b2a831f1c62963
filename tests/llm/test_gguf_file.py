import struct
import subprocess
import sys
from pathlib import Path

import pytest

from coach.errors import ContextFull, LlmUnavailable
from coach.llm import bundled
from coach.llm.gguf_file import check_whole, read_head
from coach.llm.local import LlamaCppModel
from coach.llm.weights import Weights


def gguf_bytes(metadata: dict[str, str], tensor_bytes: int = 0) -> bytes:
    """A GGUF file with text metadata and one f32 tensor of `tensor_bytes` zero bytes."""

    def text(value: str) -> bytes:
        return struct.pack("<Q", len(value)) + value.encode()

    out = b"GGUF" + struct.pack("<IQQ", 3, 1 if tensor_bytes else 0, len(metadata))
    for key, value in metadata.items():
        out += text(key) + struct.pack("<I", 8) + text(value)
    if tensor_bytes:
        out += text("blk.0.x.weight") + struct.pack("<I", 1) + struct.pack("<QIQ", tensor_bytes // 4, 0, 0)
        out += b"\0" * (-len(out) % 32) + b"\0" * tensor_bytes
    return out


def written(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path


def test_the_bundled_model_describes_itself(gguf):
    head = read_head(gguf)
    check_whole(head)
    assert head.architecture == "llama"
    assert head.number("block_count") == 30
    assert head.needed_bytes == gguf.stat().st_size
    assert not head.is_adapter


def test_the_bundled_weights_are_the_expected_ones(gguf):
    assert bundled.is_whole(gguf, bundled.MODEL_SHA256)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "is not a GGUF file"),
        (b"PK\x03\x04 something else", "is not a GGUF file"),
        (b"GGUF" + struct.pack("<IQQ", 9, 0, 0), "has GGUF version 9"),
        (b"GGUF" + struct.pack("<IQQ", 3, 1 << 60, 1), "cut off or damaged"),
        (gguf_bytes({"general.name": "x"})[:-3], "cut off or damaged"),
    ],
)
def test_what_is_no_gguf_file_is_said(tmp_path, data, message):
    with pytest.raises(LlmUnavailable, match=message) as caught:
        read_head(written(tmp_path / "m.gguf", data))
    assert caught.value.hint


def test_missing_files_and_folders_are_said(tmp_path):
    with pytest.raises(LlmUnavailable, match="There is no model file"):
        Weights(tmp_path / "none.gguf")
    with pytest.raises(LlmUnavailable, match="is a folder"):
        Weights(tmp_path)


def test_a_download_that_broke_off_is_seen_before_llama_cpp_maps_it(gguf, tmp_path):
    half = written(tmp_path / "half.gguf", gguf.read_bytes()[:60_000_000])
    with pytest.raises(LlmUnavailable, match=r"cut off: 60,000,000 of at least"):
        Weights(half)


def test_an_unknown_architecture_is_named(tmp_path):
    path = written(tmp_path / "new.gguf", gguf_bytes({"general.architecture": "novel9000"}, 64))
    with pytest.raises(LlmUnavailable, match="novel9000") as caught:
        Weights(path)
    assert "Update llama-cpp-python" in caught.value.hint


ADAPTER = {"general.type": "adapter", "adapter.type": "lora"}


def test_an_adapter_is_no_model(tmp_path):
    path = written(tmp_path / "a.gguf", gguf_bytes({**ADAPTER, "general.architecture": "llama"}, 64))
    with pytest.raises(LlmUnavailable, match="is an adapter, not a model"):
        Weights(path)


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (None, "There is no model file"),
        (b"nonsense", "is not a GGUF file"),
        (gguf_bytes({"general.architecture": "llama"}, 64), "it is no adapter"),
        (gguf_bytes({**ADAPTER, "general.architecture": "gemma"}, 64), "for “gemma” models"),
        (gguf_bytes({**ADAPTER, "general.architecture": "llama"}, 64), "is not used"),
    ],
)
def test_an_adapter_that_does_not_fit_is_left_out_and_said(gguf, tmp_path, data, problem):
    path = tmp_path / "adapter.gguf"
    if data is not None:
        path.write_bytes(data)
    weights = Weights(gguf, adapter=path)
    assert problem in weights.adapter_problem
    assert weights.adapter is None
    weights.close()


def test_our_adapter_changes_what_the_model_says(gguf):
    path = bundled.adapter_path()
    if path is None:
        pytest.skip("this checkout was made without the adapter")
    weights = Weights(gguf, adapter=path)
    assert weights.adapter_problem == ""
    assert weights.adapter_path == path
    weights.close()


LITTLE_MEMORY = """
import resource, sys
from pathlib import Path
from coach.errors import LlmUnavailable
from coach.llm.context import Context, Settings
from coach.llm.weights import Weights

path, refused = Path(sys.argv[1]), sys.argv[2]
weights = Weights(path)
used = 1024 * int(next(line for line in open("/proc/self/status") if line.startswith("VmSize")).split()[1])
resource.setrlimit(resource.RLIMIT_AS, (used + (32 << 20),) * 2)
try:
    Weights(path) if refused == "weights" else Context(weights, Settings(context_tokens=4096))
except LlmUnavailable as error:
    print(error)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="the limit on memory is Linux's")
@pytest.mark.parametrize(
    ("refused", "message", "hint"),
    [
        ("weights", "Not enough memory for SmolLM2-135M-Instruct", "coach models list"),
        ("window", "No room for a window of 4096 tokens", "Lower `context_tokens`"),
    ],
)
def test_what_there_is_no_memory_for_is_said(gguf, refused, message, hint):
    done = subprocess.run([sys.executable, "-c", LITTLE_MEMORY, gguf, refused], capture_output=True, text=True)
    assert message in done.stdout, done.stderr
    assert hint in done.stdout


def test_a_window_too_small_for_the_question_is_said_with_the_numbers(gguf):
    model = LlamaCppModel(gguf, context_tokens=256)
    with pytest.raises(ContextFull, match=r"of which \d+ are kept for verdicts and replies") as caught:
        model.trunk("You are an interviewer.", "word " * 250)
    assert "Raise `context_tokens`" in caught.value.hint
    with pytest.raises(ContextFull):
        model.trunk("word " * 300, "")
    model.close()
