"""The house of docs/architecture.md, held against the imports that are really there."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ROOMS = {"bank", "retrieval", "llm", "dialogue", "scoring", "srs"}
FOUNDATION = {"coach.models", "coach.errors", "coach.ports", "coach.canonical"}
SETTINGS = {"coach.config", "coach.paths"}
SQL = re.compile(
    r"\s*(select\s.+\sfrom\s|insert\s+(or|into)\s|update\s+\w+\s+set\s|delete\s+from\s|create\s+(table|index|unique|virtual|view|trigger)\s|pragma\s)",
    re.I | re.S,
)


def modules() -> dict[str, Path]:
    found = {}
    for top in ("coach", "tui"):
        for path in (ROOT / top).rglob("*.py"):
            if "_corpus" not in path.parts:
                name = ".".join(path.relative_to(ROOT).with_suffix("").parts)
                found[name.removesuffix(".__init__")] = path
    return found


def imports(name: str, path: Path, *, module_level_only: bool = False) -> Iterator[str]:
    tree = ast.parse(path.read_text("utf-8"))
    nodes = tree.body if module_level_only else ast.walk(tree)
    for node in nodes:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                package = name if path.name == "__init__.py" else name.rpartition(".")[0]
                base = ".".join([*package.split(".")[: len(package.split(".")) - node.level + 1], base]).rstrip(".")
            yield base
            yield from (f"{base}.{alias.name}" for alias in node.names if f"{base}.{alias.name}" in modules())


def room(name: str) -> str:
    parts = name.split(".")
    return parts[1] if len(parts) > 1 else ""


ALL = sorted(modules().items())


@pytest.mark.parametrize(("name", "path"), ALL, ids=[name for name, _ in ALL])
def test_imports_point_down(name: str, path: Path) -> None:
    for target in imports(name, path):
        if target.split(".")[0] not in ("coach", "tui"):
            continue
        if name.startswith("coach"):
            assert not target.startswith("tui"), f"{name} imports {target}: the core does not know the terminal"
        if name in FOUNDATION:
            assert target in FOUNDATION, f"{name} imports {target}"
        elif room(name) in ROOMS:
            own = target.startswith(f"coach.{room(name)}")
            assert own or target in FOUNDATION, f"{name} imports {target}: rooms know models, errors and ports only"
        elif room(name) == "storage":
            assert target.startswith("coach.storage") or target in FOUNDATION | SETTINGS, f"{name} imports {target}"


@pytest.mark.parametrize(("name", "path"), ALL, ids=[name for name, _ in ALL])
def test_sql_lives_in_storage(name: str, path: Path) -> None:
    if name.startswith("coach.storage"):
        return
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            assert not SQL.match(node.value), f"{name}:{node.lineno}: SQL outside storage"


HEAVY = {"torch", "transformers", "sentence_transformers", "llama_cpp", "faiss", "langchain_core", "langchain_openai"}


@pytest.mark.parametrize(("name", "path"), ALL, ids=[name for name, _ in ALL])
def test_heavy_libraries_are_imported_where_they_are_used(name: str, path: Path) -> None:
    found = {target.split(".")[0] for target in imports(name, path, module_level_only=True)} & HEAVY
    assert not found or name == "coach.retrieval.langchain_retriever", f"{name} imports {found} at module level"


def test_there_is_no_circle_of_imports() -> None:
    graph = {
        name: {target for target in imports(name, path, module_level_only=True) if target in modules()} - {name}
        for name, path in ALL
    }
    done: set[str] = set()

    def visit(name: str, trail: tuple[str, ...]) -> None:
        assert name not in trail, " -> ".join([*trail[trail.index(name) :], name])
        if name not in done:
            for target in graph[name]:
                if not name.startswith(target + "."):  # a package's __init__ may be loaded on the way in
                    visit(target, (*trail, name))
            done.add(name)

    for name in graph:
        visit(name, ())
