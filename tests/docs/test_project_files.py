"""The files around the code agree with each other: one version, one set of make targets, one list of pages."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from setuptools import build_meta

import vidviz

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
FOLDERS = sorted(str(path.relative_to(ROOT)) for path in (ROOT / "vidviz").rglob("__init__.py"))
CLASSES = {
    found
    for path in (ROOT / "vidviz").rglob("*.py")
    for found in re.findall(r"^class (\w+)", path.read_text(encoding="utf-8"), re.MULTILINE)
}


def text(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def test_the_version_stands_in_one_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "version" not in PROJECT["project"]
    monkeypatch.chdir(ROOT)
    wheel = build_meta.prepare_metadata_for_build_wheel(str(tmp_path))
    metadata = (tmp_path / wheel / "METADATA").read_text(encoding="utf-8")
    assert f"\nVersion: {vidviz.__version__}\n" in metadata
    said = subprocess.run(
        [sys.executable, "-m", "vidviz", "--version"], capture_output=True, text=True, check=True, cwd=ROOT
    ).stdout
    assert said.split()[-1] == vidviz.__version__
    assert f"\n## {vidviz.__version__}" in text("CHANGELOG.md")


@pytest.mark.parametrize("name", [".github/workflows/ci.yml", ".devcontainer/devcontainer.json"])
def test_others_call_make_targets_that_exist(name: str) -> None:
    called = {word for call in re.findall(r"make ([a-z][a-z -]*)", text(name)) for word in call.split()}
    assert called
    assert called <= set(re.findall(r"^([a-z][\w-]*):", text("Makefile"), re.MULTILINE))


def test_hooks_call_what_the_makefile_calls() -> None:
    entries = re.findall(r"entry: (\S+)( \S+)?", text(".pre-commit-config.yaml"))
    assert len(entries) >= 4
    for program, word in entries:
        called = f"{word.strip()}:" if program == "make" else program.replace(".venv/bin", "$(BIN)")
        assert called in text("Makefile")


def test_the_site_shows_every_page() -> None:
    listed = set(re.findall(r"[\w/-]+\.md", text("mkdocs.yml")))
    assert listed == {path.relative_to(ROOT / "docs").as_posix() for path in (ROOT / "docs").rglob("*.md")}


@pytest.mark.parametrize(
    ("page", "pattern"),
    [("folders", "**/__init__.py"), ("measures", "measure/[a-z]*.py"), ("introspect", "introspect/**/[a-z]*.py")],
)
def test_the_reference_names_every_module(page: str, pattern: str) -> None:
    modules = set()
    for path in (ROOT / "vidviz").glob(pattern):
        parts = path.relative_to(ROOT).with_suffix("").parts
        modules.add(".".join(parts[:-1] if parts[-1] == "__init__" else parts))
    named = re.findall(r"^::: (\S+)$", text(f"docs/reference/{page}.md"), re.MULTILINE)
    assert sorted(named) == sorted(modules)


@pytest.mark.parametrize("name", FOLDERS)
def test_every_folder_says_what_it_is_for(name: str) -> None:
    first = text(name)
    assert first.startswith('"""')
    assert "To be described" not in first
    assert len(first.split('"""')[1].split()) > 8


@pytest.mark.parametrize("name", FOLDERS)
def test_what_a_folder_names_is_there(name: str) -> None:
    folder = (ROOT / name).parent
    near = {path.stem for place in (folder, folder.parent, ROOT / "vidviz") for path in place.iterdir()}
    gone = []
    for span in re.findall(r"`([A-Za-z_][\w.]*)`", text(name).split('"""')[1]):
        first = span.removeprefix("vidviz.").partition(".")[0]
        if first not in {*near, *CLASSES, "vidviz", "torch", "plotly", "weights_only"} and not first.isupper():
            gone.append(span)
    assert not gone
