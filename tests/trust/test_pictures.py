"""The pictures of the pages: made by the script, all of them shown somewhere, small, and fetching nothing."""

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "docs" / "pictures"
SCRIPT = FOLDER / "generate.py"
PICTURES = sorted(FOLDER.glob("*.svg"))
LARGEST_BYTES = 150_000
ADDRESS = re.compile(r"(?:href|src)=\"http|url\(\"?http|@import")


def test_every_picture_is_shown_on_a_page_and_every_shown_one_is_made_by_the_script() -> None:
    pages = [ROOT / "README.md", *(ROOT / "docs").rglob("*.md")]
    shown = {Path(name).name for page in pages for name in re.findall(r"\(([^)\s]+\.svg)\)", page.read_text("utf-8"))}
    named = {f"{name}.svg" for name in re.findall(r'^    "(\w+)": \(\w+, \(\d+', SCRIPT.read_text("utf-8"), re.M)}
    assert {picture.name for picture in PICTURES} == shown == named
    assert len(named) >= 7


def test_pictures_are_small_and_fetch_nothing() -> None:
    for picture in PICTURES:
        assert picture.stat().st_size < LARGEST_BYTES, picture.name
        assert not ADDRESS.search(picture.read_text("utf-8")), picture.name


def test_the_script_makes_a_picture_of_the_program(tmp_path: Path) -> None:
    command = [sys.executable, str(SCRIPT), "home", "--folder", str(tmp_path)]
    subprocess.run(command, check=True, timeout=600)
    made = (tmp_path / "home.svg").read_text("utf-8").replace("&#160;", " ")
    assert "Acme, Fri 20 Mar, in 18 days" in made
    assert "Due today" in made
    assert not ADDRESS.search(made)
