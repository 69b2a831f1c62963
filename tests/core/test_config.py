"""The settings file: what is refused, and that a change by the program leaves the person's own words alone."""

from pathlib import Path

import pytest

from coach.config import load, save_value
from coach.errors import ConfigError
from coach.paths import Paths, expanded


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    return Paths(tmp_path)


def test_a_change_keeps_everything_else(paths: Paths) -> None:
    paths.config.write_text("# Mine\n[ study ] # my days\nnew_per_day = 3\n\n[llm]\nthreads = 2 # not all\n", "utf-8")
    save_value(paths, "study", "new_per_day", 4)
    save_value(paths, "study", "days_off", ("sat", "sun"))
    save_value(paths, "screen", "keys", {"quit": "q"})
    assert paths.config.read_text("utf-8") == (
        '# Mine\n[ study ] # my days\ndays_off = ["sat", "sun"]\nnew_per_day = 4\n\n[llm]\nthreads = 2 # not all\n'
        '\n[screen]\nkeys = { "quit" = "q" }\n'
    )
    config = load(paths)
    assert (config.study.new_per_day, config.study.days_off) == (4, ("sat", "sun"))
    assert (config.llm.threads, config.screen.keys) == (2, {"quit": "q"})


@pytest.mark.parametrize(
    ("section", "key", "value", "text"),
    [
        ("study", "days_off", ("mon",), '[study]\ndays_off = [\n  "sat",\n  "sun",\n]\n'),
        ("study", "minutes_per_day", 20, "study.minutes_per_day = 30\n"),
        ("study", "minutes_per_day", 20, "study = { minutes_per_day = 30 }\n"),
        ("screen", "keys", {"quit": "q"}, '[screen]\nmouse = true\n[screen.keys]\nquit = "x"\n'),
        ("screen", "theme", "x", '[retrieval]\nretriever = """\n[screen]\n"""\n'),
        ("study", "minutes_per_day", 20, "[study\n"),
    ],
)
def test_what_cannot_be_changed_by_a_line_is_left_to_the_person(
    paths: Paths, section: str, key: str, value: object, text: str
) -> None:
    paths.config.write_text(text, "utf-8")
    with pytest.raises(ConfigError, match=f"{section}.{key} cannot be set from here. Edit this line by hand"):
        save_value(paths, section, key, value)
    assert paths.config.read_text("utf-8") == text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('[screen]\nkeys = ["a"]\n', "names, each with a text"),
        ("[screen]\nkeys = {quit = 3}\n", "names, each with a text"),
        ('[study]\ndays_off = {a = "b"}\n', "a list of texts"),
        ("[study]\ndays_off = [1]\n", "a list of texts"),
        ('[study]\ndays_off = "sat"\n', "a list of texts"),
        ("[study]\nminutes_per_day = true\n", "a whole number"),
        ("[study]\nlevel_load = 1\n", "true or false"),
        ("[llm]\ntimeout_seconds = '1'\n", "a number"),
    ],
)
def test_a_value_of_another_type_is_refused(paths: Paths, text: str, expected: str) -> None:
    paths.config.write_text(text, "utf-8")
    with pytest.raises(ConfigError, match=f"Expected {expected}"):
        load(paths)


def test_a_whole_number_may_stand_for_a_fraction(paths: Paths) -> None:
    save_value(paths, "llm", "timeout_seconds", 30)
    assert load(paths).llm.timeout_seconds == 30.0


def test_a_home_of_nobody_is_a_path_like_any_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    assert expanded("~/notes") == tmp_path / "notes"
    assert expanded("~nobody-of-that-name/notes") == Path("~nobody-of-that-name/notes")
