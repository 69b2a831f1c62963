"""`coach models`: which language models there are, fetching one, using one, measuring whether it can be trusted."""

import shutil
from pathlib import Path
from typing import Annotated, Any

import typer

from coach.config import Config, load
from coach.errors import LlmUnavailable
from tui.jsonl import print_line
from tui.progress_line import ProgressLine
from tui.text import printable
from tui.typed_path import existing

app = typer.Typer(help="Language models: list, fetch, use, check, remove.", no_args_is_help=True)


@app.command("list")
def list_models(json: Annotated[bool, typer.Option("--json", help="JSON Lines on standard output.")] = False) -> None:
    """Models on this machine, then the catalogue of models worth fetching.  Example: coach models list"""
    from coach.llm.catalogue import CATALOGUE
    from coach.llm.discover import found_models

    config = load()
    found = found_models(config.paths.models)
    trust = _checked(config, ["bundled", *(str(model.path) for model in found)])
    if json:
        print_line({"name": "bundled", "source": "comes with the coach", "trust": trust["bundled"]})
        for model in found:
            known = {"source": model.source, "bytes": model.bytes, "trust": trust[str(model.path)]}
            print_line({"name": model.name, "path": str(model.path), **known})
        for entry in CATALOGUE:
            print_line({"name": entry.name, "repository": entry.repository, "file": entry.file, "bytes": entry.bytes})
        return
    typer.echo(printable(f"In use: {_in_use(config)}\n"))
    typer.echo("On this machine (coach models use PATH)")
    typer.echo("  bundled              SmolLM2-135M-Instruct, comes with the coach")
    typer.echo(f"      {_said(trust['bundled'], 'checked before it was shipped')}")
    for model in found:
        typer.echo(
            f"  {printable(model.name):<40} {_size(model.bytes)}  {model.source}\n      {printable(str(model.path))}"
        )
        typer.echo(f"      {_said(trust[str(model.path)], 'not checked')}")
    typer.echo("\nTo fetch (coach models pull NAME)")
    for entry in CATALOGUE:
        typer.echo(f"  {entry.name:<14} {_size(entry.bytes)}  {_size(entry.memory_bytes)} memory  {entry.licence}")
        typer.echo(f"      {entry.what}" + (f"; draft model: {entry.draft}" if entry.draft else ""))


@app.command()
def pull(
    name: Annotated[str, typer.Argument(help="A name of the catalogue, or owner/repository/file.gguf on the hub.")],
    use: Annotated[bool, typer.Option("--use", help="Use it from now on, with its draft model.")] = False,
) -> None:
    """Fetch a model from the Hugging Face hub; a transfer that broke off goes on where it stopped.

    Example: coach models pull qwen3-1.7b
    """
    from coach.llm import catalogue
    from coach.llm.download import parse, pull

    config = load()
    with ProgressLine() as progress:

        def sized(done: int, total: int, what: str) -> None:
            progress(done, total, f"of {total / 1e9:.2f} GB  {what}")

        path = pull(parse(name), config.paths.ensure().models, sized)
    typer.echo(str(path))
    entry = catalogue.find(name)
    if entry and entry.draft and entry.draft != "bundled":
        typer.echo(f"A model that drafts for it makes it faster: coach models pull {entry.draft}")
    if use:
        _use(config, path)


@app.command()
def use(
    model: Annotated[str, typer.Argument(help="Path of a GGUF file, a name shown by `list`, “bundled” or “none”.")],
    draft: Annotated[str, typer.Option(help="A smaller GGUF with the same vocabulary, for speculation.")] = "",
) -> None:
    """Use a model from now on.  Example: coach models use ~/models/model.gguf"""
    from coach.model_choice import switch

    config = load()
    if model in ("bundled", "none"):
        switch(config, model)
        typer.echo(f"In use: {model}")
        return
    _use(config, _located(config, model), _located(config, draft) if draft else None)


@app.command("use-encoder")
def use_encoder(
    name: Annotated[str, typer.Argument(help="bundled, or the folder of a sentence-transformers model.")],
) -> None:
    """Search with another sentence encoder: embeds every passage anew, and can be interrupted.

    Example: coach models use-encoder ~/models/bge-small
    """
    from coach.assemble import Parts
    from coach.encoder import change_encoder

    with ProgressLine() as progress:
        embedded = change_encoder(Parts(load()), name, progress)
    typer.echo(f"Searching with {printable(name)} from now on; {embedded} texts were embedded.")


@app.command()
def check(
    json: Annotated[bool, typer.Option("--json", help="One object on standard output.")] = False,
    answers: Annotated[
        int | None, typer.Option(min=3, help="Only so many of them: a sample, which changes nothing.")
    ] = None,
) -> None:
    """Measure whether the configured model's verdicts can be trusted, and let it judge or not accordingly.

    Example: coach models check
    """
    from coach import model_choice
    from coach.assemble import Parts
    from coach.llm.trust import LARGEST_LIFT, LEAST_CORRELATION, shipped_answers

    parts = Parts(load()).reconfigured(judge="llm")
    with ProgressLine() as progress:
        trust = model_choice.check(parts, progress, answers)
    name = parts.llm.name if parts.llm else ""
    if json:
        print_line({"model": name, **trust.as_record()})
        return
    may = trust.verdict
    if trust.answers < len(shipped_answers()):
        may = f"a sample of {trust.answers} answers; only the whole check decides whether it may judge"
    typer.echo(f"{printable(name)}: {may}")
    typer.echo(
        f"  agreement with people   r = {trust.correlation:.2f} (at least {LEAST_CORRELATION:.2f} to judge), "
        f"{trust.mean_error:.2f} marks of 5 apart on average"
    )
    typer.echo(
        f"  gain by an instruction hidden in the answer   {trust.injection_lift:+.2f} marks "
        f"(at most {LARGEST_LIFT:+.2f})"
    )
    typer.echo(f"  {trust.seconds_per_answer:.2f} s an answer, {trust.failed} of {trust.answers} could not be judged")


@app.command()
def remove(
    model: Annotated[str, typer.Argument(help="A name shown by `list` of a model that the coach fetched.")],
) -> None:
    """Delete a model that the coach fetched. Files of other programs are never touched.

    Example: coach models remove qwen3-1.7b
    """
    from coach.model_choice import forget

    config = load()
    path = _located(config, model)
    if not path.is_relative_to(config.paths.models):
        raise LlmUnavailable(f"{path} does not belong to the coach.", "Remove it with the program that put it there.")
    path.unlink()
    if not any(path.parent.rglob("*.gguf")):
        shutil.rmtree(path.parent)
    forget(config, path)
    typer.echo(f"Removed {path.name}.")


def _use(config: Config, path: Path, draft: Path | None = None) -> None:
    from coach.llm.gguf_file import read_head
    from coach.model_choice import switch

    switch(config, path, draft)
    typer.echo(f"In use: {printable(read_head(path).name)} ({path})")
    typer.echo("Run `coach models check` to measure whether its verdicts can be trusted.")


def _located(config: Config, name: str) -> Path:
    from coach.llm.discover import found_models
    from coach.model_choice import fetched

    if named := existing(name):
        return named.resolve()
    if path := fetched(config, name):
        return path
    for model in found_models(config.paths.models):
        if model.name == name:
            return model.path
    raise LlmUnavailable(f"There is no model “{name}” on this machine.", "See `coach models list`.")


def _in_use(config: Config) -> str:
    if config.llm.endpoint:
        return f"{config.llm.endpoint_model or 'a model'} at {config.llm.endpoint}"
    return config.llm.model + (f", drafted for by {config.llm.draft_model}" if config.llm.draft_model else "")


def _checked(config: Config, models: list[str]) -> dict[str, dict[str, Any] | None]:
    """What `check` measured of each model; a home without a database has measured nothing."""
    if not config.paths.database.exists():
        return dict.fromkeys(models)
    from coach import model_choice
    from coach.assemble import Parts

    parts = Parts(config)
    return {model: model_choice.checked(parts, model) for model in models}


def _said(trust: dict[str, Any] | None, otherwise: str) -> str:
    from coach.model_choice import said_of

    return said_of(trust) if trust else otherwise


def _size(count: int) -> str:
    return f"{count / 1e9:5.2f} GB"
