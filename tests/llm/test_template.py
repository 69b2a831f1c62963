import pytest

from coach.errors import LlmUnavailable
from coach.llm.template import split

LLAMA3 = (
    "{% for message in messages %}{% set content = '<|start_header_id|>' + message['role'] + '<|end_header_id|>\n\n'"
    " + message['content'] | trim + '<|eot_id|>' %}{% if loop.index0 == 0 %}{% set content = bos_token + content %}"
    "{% endif %}{{ content }}{% endfor %}{% if add_generation_prompt %}"
    "{{ '<|start_header_id|>assistant<|end_header_id|>\n\n' }}{% endif %}"
)
NO_SYSTEM = (
    "{{ bos_token }}"
    "{% if messages[0]['role'] == 'system' %}{{ raise_exception('System role not supported') }}{% endif %}"
    "{% for message in messages %}"
    "{{ '<start_of_turn>' + message['role'] + '\n' + message['content'] + '<end_of_turn>\n' }}"
    "{% endfor %}{% if add_generation_prompt %}{{ '<start_of_turn>model\n' }}{% endif %}"
)


def test_the_bundled_models_template(model):
    pieces = model.template
    assert pieces.before_system == "<|im_start|>system\n"
    assert pieces.before_user == "<|im_end|>\n<|im_start|>user\n"
    assert pieces.suffix == "<|im_end|>\n<|im_start|>assistant\n"


def test_pieces_tokenised_apart_equal_the_whole(model):
    system = "You compare an answer with key points."
    joint = model.vocabulary.template(f"<|im_start|>system\n{system}<|im_end|>\n<|im_start|>user\n")
    assert model.static_prefix(system) == joint


def test_a_file_without_a_template_gets_chatml():
    assert split(None).suffix == "<|im_end|>\n<|im_start|>assistant\n"


def test_a_template_with_bos():
    pieces = split(LLAMA3, bos="<|begin_of_text|>")
    assert pieces.before_system == "<|begin_of_text|><|start_header_id|>system<|end_header_id|>\n\n"
    assert pieces.suffix == "<|eot_id|><|start_header_id|>assistant<|end_header_id|>\n\n"


def test_without_a_system_role_the_system_text_opens_the_user_message():
    pieces = split(NO_SYSTEM, bos="<bos>")
    assert pieces.before_system == "<bos><start_of_turn>user\n"
    assert pieces.before_user == "\n\n"


@pytest.mark.parametrize("source", ["{% for x in %}", "{{ raise_exception('no') }}", "{{ messages[0].role.foo.bar }}"])
def test_a_broken_template_is_said(source):
    with pytest.raises(LlmUnavailable, match="template"):
        split(source)


def test_a_template_that_drops_the_message_is_said():
    with pytest.raises(LlmUnavailable, match="drops the message"):
        split("nothing")


def test_a_template_cannot_reach_python():
    with pytest.raises(LlmUnavailable):
        split("{{ ''.__class__.__mro__[1].__subclasses__() }}")
