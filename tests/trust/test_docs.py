"""The pages for people: the reference says what the program says, links lead somewhere, commands exist."""

import importlib.util
import re
import tomllib
from pathlib import Path
from types import ModuleType

import pytest
import typer

from tui.cli import app

ROOT = Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
FENCE = re.compile(r"```.*?```", re.S)
COMMAND = re.compile(r"(?:^|`)coach ([a-z][a-z-]*)(?: ([a-z][a-z-]*))?", re.M)


def generator() -> ModuleType:
    path = ROOT / "docs" / "reference" / "generate.py"
    spec = importlib.util.spec_from_file_location("reference", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_reference_is_fresh() -> None:
    assert generator().stale() == [], "run `python docs/reference/generate.py`"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_links_lead_somewhere(page: Path) -> None:
    for target in LINK.findall(FENCE.sub("", page.read_text("utf-8"))):
        if "://" in target or target.startswith(("mailto:", "#")):
            continue
        path, _, anchor = target.partition("#")
        found = (page.parent / path).resolve()
        assert found.exists(), f"{page.name} links to {target}"
        assert found.is_relative_to(ROOT), f"{page.name} links out of the project: {target}"
        if anchor and found.suffix == ".md":
            assert anchor in anchors(found), f"{page.name} links to {target}"


def anchors(page: Path) -> set[str]:
    titles = re.findall(r"^#+ (.+)$", page.read_text("utf-8"), re.M)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_commands_in_the_pages_exist(page: Path) -> None:
    known = typer.main.get_command(app).commands  # type: ignore[attr-defined]
    for name, below in COMMAND.findall(page.read_text("utf-8")):
        assert name in known, f"{page.name}: coach {name}"
        if below and hasattr(known[name], "commands"):
            assert below in known[name].commands, f"{page.name}: coach {name} {below}"


def test_every_package_that_is_installed_for_people_has_a_notice() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    extras = [wanted for name, listed in project["optional-dependencies"].items() if name != "dev" for wanted in listed]
    notices = (ROOT / "NOTICE.md").read_text("utf-8").lower().replace("_", "-")
    for wanted in [*project["dependencies"], *extras]:
        name = re.split(r"[^\w-]", wanted)[0].lower().replace("_", "-")
        assert re.search(rf"(?<![\w-]){name.removesuffix('-cu12')}(?![\w-])", notices), f"NOTICE.md lacks {name}"
