"""The contracts on who may import whom: each is kept, and each is broken by the import that it forbids."""

from __future__ import annotations

import ast
import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Collection, Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
CONTRACTS = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
PLANTED = {
    "Data flows one way": ("decode", "from vidviz.services import jobs"),
    "Services rest on the library": ("services/library", "from vidviz.services.search import search_run"),
    "Screens rest on their components": ("ui/components", "from vidviz.ui.map import map_view"),
    "Streamlit appears only on screens": ("render", "import streamlit"),
    "Screens name no network": ("ui/search", "import umap"),
    "Screens, commands and the Python API": ("cli", "from vidviz.store import clips"),
    "Only the store speaks to SQLite": ("services/export", "import sqlite3"),
    "Only embedding and looking inside know torch": ("measure", "import torch"),
    "Network architectures know nothing": ("embed/nets", "from vidviz.index import rows"),
    "Arithmetic needs numpy": ("numbers", "import pandas"),
}
"""Beginning of a contract's name -> a folder, and what a module there must not import."""

FOR_PAGES = {"vidviz.ui", "vidviz.services", "vidviz.render", "vidviz.config", "vidviz.errors", "vidviz.records"}
FOR_LAUNCHER = {"vidviz.log", "vidviz.__version__"}
PAGES = [ROOT / "app.py", *sorted((ROOT / "pages").glob("*.py"))]


def lint(place: Path) -> dict[str, tuple[str, str]]:
    """Hold a copy of the package against the contracts: name -> (KEPT or BROKEN, what is said about it)."""
    command = [sys.executable, "-c", "from importlinter.cli import lint_imports_command as run; run()", "--no-cache"]
    env = os.environ | {"PYTHONPATH": str(place), "COLUMNS": "1000", "NO_COLOR": "1"}
    answer = subprocess.run(command, cwd=place, env=env, capture_output=True, text=True, check=False).stdout
    names = [contract["name"] for contract in CONTRACTS]
    states = dict(re.findall(r"^(.+?) (KEPT|BROKEN)\b", answer, re.M))
    assert states.keys() == set(names), answer
    told = answer.partition("Broken contracts")[2]
    parts = re.split("^(" + "|".join(map(re.escape, names)) + r")\s*$", told, flags=re.M)
    said = dict(zip(parts[1::2], parts[2::2], strict=True))
    return {name: (states[name], said.get(name, "")) for name in names}


@pytest.fixture(scope="module")
def copy(tmp_path_factory):
    """The package's modules, where import-linter takes them for the installed ones."""
    place = tmp_path_factory.mktemp("contracts")
    skipped = shutil.ignore_patterns("assets", "bundled", "__pycache__")
    shutil.copytree(ROOT / "vidviz", place / "vidviz", ignore=skipped)
    shutil.copy(ROOT / "pyproject.toml", place)
    return place


@pytest.fixture(scope="module")
def clean(copy):
    return lint(copy)


@pytest.fixture(scope="module")
def planted(copy, clean):
    for folder, forbidden in PLANTED.values():
        (copy / "vidviz" / folder / "planted.py").write_text(f"{forbidden}\n")
    for folder in ("", "services", "ui"):
        (copy / "vidviz" / folder / "unplaced.py").write_text("")
    return lint(copy)


def test_every_contract_is_kept(clean):
    assert {name: state for name, (state, _) in clean.items() if state != "KEPT"} == {}


@pytest.mark.parametrize("name", [contract["name"] for contract in CONTRACTS])
def test_every_contract_is_broken_by_what_it_forbids(name, planted):
    [(folder, _)] = [plant for begins, plant in PLANTED.items() if name.startswith(begins)]
    state, said = planted[name]
    assert state == "BROKEN"
    assert f"vidviz.{folder.replace('/', '.')}.planted" in said


def test_a_module_that_no_layer_names_is_told(planted):
    layered = [contract["name"] for contract in CONTRACTS if contract["type"] == "layers"]
    assert len(layered) == 3
    for name in layered:
        assert "unplaced" in planted[name][1]


def imported(source: str) -> Iterator[str]:
    """The modules that a file imports, with the names it takes from packages."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def forbidden_to_pages(source: str, further: Collection[str] = ()) -> list[str]:
    """What a page imports that is neither Streamlit, nor on the floor of services or above, nor a noun."""
    allowed = {"streamlit", *sys.stdlib_module_names, *FOR_PAGES, *further}
    return [name for name in imported(source) if not any(name == one or name.startswith(f"{one}.") for one in allowed)]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_pages_and_the_launcher_import_screens_and_services_only(page):
    assert forbidden_to_pages(page.read_text(), FOR_LAUNCHER if page.name == "app.py" else ()) == []


@pytest.mark.parametrize("line", ["import torch", "from vidviz.store import clips", "from vidviz import embed"])
def test_a_page_that_reaches_a_stage_is_told(line):
    assert forbidden_to_pages(f"import streamlit as st\n{line}\n") != []


def sql_in(source: str) -> list[str]:
    """SQL of a file: statements in its texts, and calls that run one."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            statement = re.match(r"\s*(SELECT|INSERT|UPDATE|DELETE|CREATE|ALTER|DROP|PRAGMA|WITH)\s", node.value)
            found += [node.value] if statement else []
        elif isinstance(node, ast.Attribute):
            runs = re.fullmatch(r"execute|executemany|executescript|read_sql\w*", node.attr)
            found += [node.attr] if runs else []
    return found


def test_all_sql_is_in_the_store():
    store = ROOT / "vidviz" / "store"
    outside = [path for path in (ROOT / "vidviz").rglob("*.py") if not path.is_relative_to(store)]
    assert len(outside) > 250
    assert {str(path): found for path in outside if (found := sql_in(path.read_text()))} == {}


@pytest.mark.parametrize("line", ["db.execute(query)", 'QUERY = "SELECT id FROM clip"', "pd.read_sql_query(query, db)"])
def test_sql_elsewhere_is_told(line):
    assert sql_in(line) != []
