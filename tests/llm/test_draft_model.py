"""A second model that drafts: the first layers of the bundled one, which share its vocabulary and often its opinion."""

from pathlib import Path

import pytest

from coach.llm.local import LlamaCppModel

gguf_library = pytest.importorskip("gguf", reason="extra “training” is not installed")


def cut_to_layers(source: Path, target: Path, layers: int, *, rename_token: bool = False) -> Path:
    """Write a copy of a GGUF model with its first `layers` layers; with `rename_token`, one token spelt differently."""
    reader = gguf_library.GGUFReader(str(source))
    writer = gguf_library.GGUFWriter(str(target), "llama")
    for key, field in reader.fields.items():
        if key.startswith("GGUF.") or key == "general.architecture":
            continue
        value = layers if key == "llama.block_count" else field.contents()
        if rename_token and key == "tokenizer.ggml.tokens":
            value[1000] = "renamed"
        kind, item = field.types[0], field.types[-1]
        sub_type = item if kind == gguf_library.GGUFValueType.ARRAY else None
        writer.add_key_value(key, value, kind, sub_type=sub_type)
    for tensor in reader.tensors:
        if tensor.name.startswith("blk.") and int(tensor.name.split(".")[1]) >= layers:
            continue
        writer.add_tensor(tensor.name, tensor.data, raw_dtype=tensor.tensor_type)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return target


def reply(model: LlamaCppModel, tokens: int) -> str:
    trunk = model.trunk("You are a helpful assistant.", "Count from one to ten.")
    text = "".join(trunk.stream("", max_tokens=tokens))
    trunk.close()
    return text


def test_drafts_of_a_second_model_leave_the_reply_as_it_is(gguf, monkeypatch):
    """The model drafts for itself here, so that its guesses are right; whether that pays is not the question."""
    model = LlamaCppModel(gguf, draft=gguf, context_tokens=512)
    assert model.problems == []
    drafting = model.draft_model
    monkeypatch.setattr("coach.llm.speculate.best_length", lambda *_args, each=0.0: 4 if each else 0)
    with_drafts = reply(model, 16)
    assert drafting._context.evaluated > 20
    model.draft_model = None
    assert reply(model, 16) == with_drafts
    drafting.close()
    model.close()


def test_a_smaller_model_of_the_family_may_draft(gguf, tmp_path, monkeypatch):
    small = cut_to_layers(gguf, tmp_path / "small.gguf", 2)
    monkeypatch.setattr("coach.llm.draft_model.LEAST_SURE", 0.0)  # two layers are hardly ever sure
    model = LlamaCppModel(gguf, draft=small, context_tokens=512)
    assert model.problems == []
    text = model.vocabulary.data("One two three four five six")
    assert len(model.draft_model.propose(text, 4)) == 4
    assert model.draft_model._context.evaluated == len(text) + 3  # the last guess is not evaluated
    assert len(reply(model, 4)) > 0
    assert model.draft_model._context.evaluated > len(text) + 3 + 20  # it read the prompt for a reply, too
    model.close()


def test_a_draft_model_of_another_vocabulary_is_left_out_and_said(gguf, tmp_path):
    other = cut_to_layers(gguf, tmp_path / "other.gguf", 1, rename_token=True)
    model = LlamaCppModel(gguf, draft=other, context_tokens=512)
    assert model.draft_model is None
    assert "another vocabulary" in model.problems[0]
    model.close()
