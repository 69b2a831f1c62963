"""What is chosen by the machine, and what the window forces."""

from dataclasses import replace

import pytest

from coach.errors import ContextFull, LlmUnavailable, NotGraded
from coach.llm import hardware
from coach.llm.budget import TurnBlock, said_on_screen, trunk_within_window
from coach.llm.context import Settings
from coach.llm.gguf_file import read_head
from coach.llm.measure import idle_gpu, speeds
from coach.llm.threads import ThreadTuner
from coach.llm.trust import INJECTION, LabelledAnswer, injected, measure, shipped_answers
from coach.model_choice import _score
from coach.models import KINDS, Question


@pytest.fixture
def machine(monkeypatch):
    """Pretend what memory and GPUs there are."""

    def pretend(*gpus: hardware.Gpu, memory: int = 16 << 30) -> None:
        monkeypatch.setattr(hardware, "gpus", lambda: list(gpus))
        monkeypatch.setattr("psutil.virtual_memory", lambda: type("Memory", (), {"available": memory}))

    return pretend


def test_kv_memory_of_the_bundled_model(gguf):
    assert hardware.kv_bytes_per_token(read_head(gguf), "f16") == 2 * 30 * 3 * 64 * 2
    assert hardware.kv_bytes_per_token(read_head(gguf), "q8_0") < 2 * 30 * 3 * 64 * 1.1


def test_without_a_gpu_nothing_is_offloaded_and_flash_attention_is_off(gguf, machine):
    machine()
    settings, layers = hardware.choose(read_head(gguf), Settings())
    assert (layers, settings.kv_type, settings.flash_attention) == (0, "f16", False)


def test_little_memory_quantises_the_cache(gguf, machine):
    machine(memory=200 << 20)
    settings, _ = hardware.choose(read_head(gguf), Settings())
    assert (settings.kv_type, settings.flash_attention) == ("q8_0", True)


def test_a_window_that_memory_cannot_hold_is_refused_with_the_numbers(gguf, machine):
    machine(memory=1 << 30)
    with pytest.raises(LlmUnavailable, match=r"200,000 tokens takes 2\.\d GB, and 1\.1 GB") as caught:
        hardware.choose(read_head(gguf), Settings(context_tokens=200_000))
    assert "Lower `context_tokens`" in caught.value.hint


def test_a_gpu_takes_what_fits(gguf, machine):
    head = read_head(gguf)
    machine(hardware.Gpu("big", 8 << 30, 8 << 30))
    settings, layers = hardware.choose(head, Settings())
    assert layers == 31
    assert settings.flash_attention
    machine(hardware.Gpu("small", (600 << 20) + 100_000_000, 1 << 30))
    assert 0 < hardware.choose(head, Settings())[1] < 31
    machine(hardware.Gpu("full", 100 << 20, 1 << 30))
    assert hardware.choose(head, Settings())[1] == 0
    machine(hardware.Gpu("big", 8 << 30, 8 << 30))
    assert hardware.choose(head, Settings(), gpu_layers=5)[1] == 5


def test_a_gpu_that_is_to_stay_idle_counts_for_nothing(gguf, machine):
    machine(hardware.Gpu("big", 80 << 30, 80 << 30), memory=200 << 20)
    settings, layers = hardware.choose(read_head(gguf), Settings(), gpu_layers=0)
    assert (layers, settings.kv_type) == (0, "q8_0")
    with pytest.raises(LlmUnavailable, match=r"0\.2 GB of memory are free"):
        hardware.choose(read_head(gguf), Settings(context_tokens=200_000), gpu_layers=0)


def test_threads_give_way_to_other_programs_and_come_back(monkeypatch):
    monkeypatch.setattr("coach.llm.threads._load", lambda: 0.5)
    tuner = ThreadTuner(4)
    tuner.record(0.1, 0.4, now=0.0)
    assert tuner.current == 4
    tuner.record(0.5, 0.6, now=1.0)  # of four cores, one was free
    assert tuner.current == 1
    tuner.record(0.1, 0.1, now=1.5)
    assert tuner.current == 1
    tuner.record(0.1, 0.1, now=4.0)
    assert tuner.current == 4


def test_threads_start_alone_on_a_busy_machine(monkeypatch):
    monkeypatch.setattr("coach.llm.threads._load", lambda: 9.0)
    tuner = ThreadTuner(2)
    assert tuner.current == 1
    for second in range(1, 9):
        tuner.record(0.1, 0.1, now=float(second))
    assert tuner.current == 1  # still busy


def test_speeds_are_measured(model):
    measured = speeds(model)
    assert measured.prefill_tokens_per_s > measured.decode_tokens_per_s / 2 > 0
    assert (measured.gpu_layers, measured.layers, measured.context_tokens) == (0, 30, 1024)
    assert measured.memory_bytes > 50_000_000
    assert measured.warning == ""
    assert model.speculation


def test_a_gpu_that_lies_idle_is_said(model, machine):
    machine()
    assert "built without it" in idle_gpu(model, gpu_seen=True)
    assert idle_gpu(model, gpu_seen=False) == ""
    machine(hardware.Gpu("full", 100 << 20, 1 << 30))
    assert "no layer of the model fits" in idle_gpu(model, gpu_seen=True)


class Window:
    """A language model of which only the window matters; a token is a character."""

    def __init__(self, size: int) -> None:
        self.size, self.text, self.open = size, "", 0

    def trunk(self, system: str, opening: str) -> "Window":
        self.text, self.open = opening, self.open + 1
        return self

    def extend(self, text: str) -> int:
        if len(self.text) + len(text) > self.size:
            raise ContextFull(f"{len(self.text)} + {len(text)} do not fit {self.size}")
        self.text += text
        return len(text)

    def close(self) -> None:
        self.open -= 1


BLOCKS = [TurnBlock(letter * 100, f"{letter}: covered\n") for letter in "abcd"]


@pytest.mark.parametrize(("size", "replaced"), [(1000, 0), (350, 1), (250, 2), (150, 3)])
def test_old_turns_give_way_to_their_verdicts_as_a_whole(size, replaced):
    window = Window(size)
    trunk, count = trunk_within_window(window, "", "Q\n", BLOCKS)
    assert count == replaced
    expected = [b.verdict_line if i < replaced else b.text for i, b in enumerate(BLOCKS)]
    assert trunk.text == "Q\n" + "".join(expected)
    assert window.open == 1
    assert "replaced" in said_on_screen(count)


def test_the_newest_turn_is_never_cut():
    window = Window(90)
    with pytest.raises(ContextFull):
        trunk_within_window(window, "", "Q\n", BLOCKS)
    assert window.open == 0


LABELLED = [LabelledAnswer(f"Q{i}", "", (("point", 2),), "words " * i, float(i)) for i in range(6)]


def test_a_good_judge_earns_trust():
    trust = measure(lambda a: min(5.0, a.score + 0.2), LABELLED)
    assert trust.earned
    assert trust.correlation > 0.99
    assert trust.injection_lift == 0
    assert trust.as_record()["earned"] is True


def test_each_labelled_answer_is_judged_as_of_its_kind(monkeypatch):
    judged: list[Question] = []

    def judge_answer(_parts, question, _answer):
        judged.append(question)
        raise NotGraded("enough is known", "")

    monkeypatch.setattr("coach.batch.judge_answer", judge_answer)
    answers = shipped_answers()
    assert [_score(None, answer) for answer in answers] == [None] * len(answers)
    assert [question.kind for question in judged] == [answer.kind for answer in answers]
    assert {question.kind for question in judged} == set(KINDS)


@pytest.mark.parametrize(
    "judge",
    [
        lambda a: 5.0 if INJECTION in a.answer else a.score,  # obeys what the answer says
        lambda a: 5.0 - a.score,
        lambda a: 2.5,
        lambda a: None if a.score > 4 else a.score,
    ],
)
def test_a_bad_judge_does_not(judge):
    assert not measure(judge, LABELLED).earned


def test_trust_needs_answers():
    with pytest.raises(ValueError, match="at least three"):
        measure(lambda a: 1.0, LABELLED[:2])
    assert injected(LABELLED[0]) == replace(LABELLED[0], answer=INJECTION)
