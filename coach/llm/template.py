"""A model's chat template, cut into the pieces around our texts.

A trunk is one open user message. So the template is rendered once with marks in place of the texts, and split at the
marks: what stands before, between and behind them is template, what we put in their place later is data. Every
template that llama.cpp models carry (metadata `tokenizer.chat_template`, Jinja) serves this way.
"""

from dataclasses import dataclass

from coach.errors import LlmUnavailable

_SYSTEM_MARK = "\u2039system-text\u203a"
_USER_MARK = "\u2039user-text\u203a"

CHATML = (
    "{% for message in messages %}"
    "{{ '<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>' + '\n' }}"
    "{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
)
"""Used when a file carries no template of its own."""


@dataclass(frozen=True, slots=True)
class ChatTemplate:
    """Template pieces in order: `before_system`, system text, `before_user`, the trunk and a branch, `suffix`."""

    before_system: str
    before_user: str
    suffix: str


def split(source: str | None, *, bos: str = "", eos: str = "") -> ChatTemplate:
    """Render a Jinja chat template with marks and cut it there.

    bos, eos: the special tokens that templates may spell out.  Raises LlmUnavailable when the template cannot be used.
    """
    source = source or CHATML
    system = {"role": "system", "content": _SYSTEM_MARK}
    user = {"role": "user", "content": _USER_MARK}
    try:
        rendered = _render(source, [system, user], bos, eos)
    except TemplateRefused:
        rendered = ""
    if rendered.count(_SYSTEM_MARK) == 1 and rendered.count(_USER_MARK) == 1:
        before_system, rest = rendered.split(_SYSTEM_MARK)
        before_user, suffix = rest.split(_USER_MARK)
        return ChatTemplate(before_system, before_user, suffix)
    # The template knows no system message, so the system text opens the user message.
    merged = {"role": "user", "content": f"{_SYSTEM_MARK}\n\n{_USER_MARK}"}
    try:
        rendered = _render(source, [merged], bos, eos)
    except TemplateRefused as error:
        raise LlmUnavailable(
            f"The model's chat template cannot be used: {error}.", "Choose another GGUF file."
        ) from error
    if rendered.count(_SYSTEM_MARK) != 1 or rendered.count(_USER_MARK) != 1:
        raise LlmUnavailable("The model's chat template drops the message.", "Choose an instruction-tuned GGUF file.")
    before_system, rest = rendered.split(_SYSTEM_MARK)
    before_user, suffix = rest.split(_USER_MARK)
    return ChatTemplate(before_system, before_user, suffix)


class TemplateRefused(Exception):
    """The template raised an error for these messages, as many do for a system message that they do not know."""


def _render(source: str, messages: list[dict[str, str]], bos: str, eos: str) -> str:
    from jinja2 import TemplateError
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    def refuse(message: str) -> None:
        raise TemplateRefused(message)

    environment = ImmutableSandboxedEnvironment(
        trim_blocks=True, lstrip_blocks=True, extensions=["jinja2.ext.loopcontrols"]
    )
    environment.globals["raise_exception"] = refuse
    environment.globals["strftime_now"] = lambda _format: ""  # a date in the prefix would spoil saved states daily
    try:
        return environment.from_string(source).render(
            messages=messages,
            add_generation_prompt=True,
            bos_token=bos,
            eos_token=eos,
            tools=None,
            enable_thinking=False,
        )
    except (TemplateError, TypeError, KeyError, ValueError) as error:
        raise TemplateRefused(str(error)) from error
