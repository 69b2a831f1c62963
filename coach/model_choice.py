"""Use cases around language models: what is used for what and why, choosing another, checking one, fetching one."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from coach.assemble import Parts, adapter_for
from coach.config import Config, save_value
from coach.errors import LlmUnavailable, NotGraded
from coach.models import KeyPoint, Question
from coach.paths import shared_cache
from coach.ports import Progress

if TYPE_CHECKING:
    from coach.llm.trust import LabelledAnswer, Trust

TASKS = {
    "judge": ("Judging answers", "the semantic judge alone"),
    "follow-up": ("Wording follow-ups", "the questions written for each key point"),
    "feedback": ("Acknowledging", "neutral sentences"),
}
"""By task: what it is called, and who does it where the language model is not trusted."""


@dataclass(frozen=True, slots=True)
class Use:
    """One task, what does it now, and the reason."""

    task: str
    part: str
    reason: str


@dataclass(frozen=True, slots=True)
class Choice:
    """A language model that can be used or fetched. path: None if it is not on this machine. value: of `llm.model`."""

    name: str
    value: str
    path: Path | None
    bytes: int
    about: str
    in_use: bool


def uses(parts: Parts) -> list[Use]:
    """What is used for what, and why. Loads the models if they are not loaded yet: for a worker."""
    llm, trusted = parts.llm, parts.trusted_tasks
    encoder = parts.config.retrieval.encoder
    named = "the bundled sentence encoder" if encoder == "bundled" else encoder
    found = [Use("Search and comparison", named, f"the settings say so (retrieval.encoder = {encoder})")]
    if llm is None:
        reason = parts.llm_problem or "the settings name no language model"
        return [*found, *(Use(task, otherwise, reason) for task, otherwise in TASKS.values())]
    measured = parts.store.attempts.setting(f"measured:{llm.identity}")
    for name, (task, otherwise) in TASKS.items():
        part = (
            (f"{llm.name} with the semantic judge" if name == "judge" else llm.name) if name in trusted else otherwise
        )
        found.append(Use(task, part, _reason(name, name in trusted, measured, parts.config)))
    return found


def _reason(task: str, trusted: bool, measured: dict[str, float] | None, config: Config) -> str:
    if task == "judge" and config.judging.judge != "auto":
        return f"the settings say so (judging.judge = {config.judging.judge})"
    if task == "judge" and measured:
        agreement = f"its check found r = {measured['correlation']:.2f} with people's grades"
        return agreement + (", enough to be trusted" if trusted else ", too little to be trusted")
    if trusted:
        return "it passed its check before it was shipped"
    return "it has not passed a check" + (": press c" if task == "judge" else "")


def choices(config: Config) -> list[Choice]:
    """The bundled model, those on this machine, those of the catalogue that are not here yet."""
    from coach.llm.catalogue import CATALOGUE
    from coach.llm.discover import found_models

    current = config.llm.model
    bundled = Choice("bundled", "bundled", None, 0, "SmolLM2 135M with our adapter, no download", current == "bundled")
    none = Choice("none", "none", None, 0, "the semantic judge and written questions only", current == "none")
    local = [
        Choice(found.name, str(found.path), found.path, found.bytes, f"from {found.source}", current == str(found.path))
        for found in found_models(config.paths.models)
    ]
    here = {choice.path.name for choice in local if choice.path}
    to_fetch = [
        Choice(entry.name, "", None, entry.bytes, f"{entry.what} ({entry.licence})", False)
        for entry in CATALOGUE
        if entry.file not in here
    ]
    return [bundled, *local, none, *to_fetch]


def use(config: Config, choice: Choice) -> None:
    """Use this model from the next start on. Raises LlmUnavailable for a file that is no whole model."""
    switch(config, choice.path or choice.value)


def switch(config: Config, model: Path | str, draft: Path | None = None) -> None:
    """Let the settings name "bundled", "none" or a GGUF file, with the model that drafts for it, and no endpoint.

    draft: None for the one that the catalogue names, if it is on this machine.  Raises LlmUnavailable for a file that
    is no whole model.
    """
    if isinstance(model, Path):
        from coach.llm.gguf_file import check_whole, read_head

        check_whole(read_head(model))
        draft = draft or _drafting_for(config, model)
    save_value(config.paths, "llm", "model", str(model))
    save_value(config.paths, "llm", "draft_model", str(draft or ""))
    if config.llm.endpoint:  # it would come before any local model
        save_value(config.paths, "llm", "endpoint", "")


def forget(config: Config, path: Path) -> None:
    """Let the settings name a file no longer that is gone: the bundled model takes its place."""
    if config.llm.model == str(path):
        switch(config, "bundled")
    elif config.llm.draft_model == str(path):
        save_value(config.paths, "llm", "draft_model", "")


def fetched(config: Config, name: str) -> Path | None:
    """The file of a model of the catalogue, if it was fetched."""
    from coach.llm import catalogue

    entry = catalogue.find(name)
    path = config.paths.models / entry.repository.replace("/", "--") / entry.file if entry else None
    return path if path and path.exists() else None


def _drafting_for(config: Config, model: Path) -> Path | None:
    from coach.llm.bundled import model_path
    from coach.llm.catalogue import CATALOGUE

    draft = next((entry.draft for entry in CATALOGUE if entry.file == model.name), "")
    return model_path() if draft == "bundled" else fetched(config, draft)


def fetch(config: Config, name: str, progress: Progress) -> Path:
    """Fetch a model of the catalogue, resuming a broken transfer. Raises DownloadError."""
    from coach.llm.download import parse, pull

    return pull(parse(name), config.paths.ensure().models, progress)


def check(parts: Parts, progress: Progress, answers: int | None = None) -> "Trust":
    """Measure the model's verdicts on the shipped labelled answers and grant or withdraw judging accordingly.

    answers: how many of them, None for all; a sample changes nothing.  Raises LlmUnavailable.
    """
    from coach.llm.trust import measure, shipped_answers

    judging = parts.reconfigured(judge="llm")
    llm = judging.llm
    if llm is None:
        raise LlmUnavailable(judging.llm_problem or "No language model is in use.", "Choose one of the list.")
    labelled = shipped_answers()
    try:
        trust = measure(lambda answer: _score(judging, answer), labelled[:answers], progress)
    finally:
        if judging is not parts:
            judging.close()
    if trust.answers < len(labelled):
        return trust
    attempts = parts.store.attempts
    with parts.store.atomic():
        attempts.set_setting(f"measured:{llm.identity}", trust.as_record())
        tasks = set(attempts.setting(f"trust:{llm.identity}") or parts.trusted_tasks) - {"judge"}
        attempts.set_setting(f"trust:{llm.identity}", sorted(tasks | ({"judge"} if trust.earned else set())))
    return trust


def checked(parts: Parts, model: str) -> dict[str, Any] | None:
    """What `check` measured of a local model ("bundled" or a path), None if it never did. Loads no weights."""
    from coach.llm import identity
    from coach.llm.bundled import model_path
    from coach.llm.fast_weights import rewritten
    from coach.llm.gguf_file import read_head

    try:
        bundled = (rewritten(model_path(), shared_cache()) or model_path()) if model == "bundled" else None
        named = identity.of_model(read_head(bundled or Path(model)), adapter_for(parts.config, model))
    except (LlmUnavailable, OSError):
        return None
    found: dict[str, Any] | None = parts.store.attempts.setting(f"measured:{named}")
    return found


def said_of(trust: Mapping[str, Any]) -> str:
    """One line on what `check` measured."""
    verdict = "may judge" if trust["earned"] else "may not judge"
    return f"{verdict}: r = {trust['correlation']:.2f} with people's grades of {trust['answers']} answers"


def _score(parts: Parts, labelled: "LabelledAnswer") -> float | None:
    from coach.batch import judge_answer

    points = tuple(KeyPoint(text, weight) for text, weight in labelled.key_points)
    question = Question("check", labelled.question, labelled.reference, "", labelled.kind, key_points=points)
    try:
        return judge_answer(parts, question, labelled.answer).score
    except NotGraded:
        return None
