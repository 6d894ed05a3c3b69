"""The pages that say how to add something are taken at their word: in a copy of the code, and with the tests they name.

A block of a page with a title is a file: a new one or, in the language `diff`, changes of one that is there. A change
is a few lines as they stand in the file, with `-` before those that go and `+` before those that come; `@@` parts
several.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

import pytest

ROOT = Path(__file__).parents[2]
PAGES = sorted(path for path in (ROOT / "docs" / "how-to").glob("*.md") if path.stem not in ("index", "own-backbone"))
COPIED = (
    "vidviz",
    "pages",
    "tests",
    "benchmarks",
    "sample_videos",
    ".streamlit",
    "app.py",
    "pyproject.toml",
    "README.md",
)
BLOCK = re.compile(r'^```(\w+) title="([^"]+)"\n(.*?)^```$', re.MULTILINE | re.DOTALL)
RUN = re.compile(r"^\.venv/bin/pytest -q ((?:.*\\\n)*.*)$", re.MULTILINE)
by_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)


@dataclass(frozen=True)
class Change:
    """What a page says of one file: lines before and after, or the whole of a new file."""

    path: str
    before: str
    after: str

    @property
    def new(self) -> bool:
        return not self.before


def changes(page: Path) -> Iterator[Change]:
    for language, path, text in BLOCK.findall(page.read_text(encoding="utf-8")):
        if language != "diff":
            yield Change(path, "", text)
            continue
        for part in re.split(r"^@@\n", text, flags=re.MULTILINE):
            lines = [(line[:1] or " ", line[1:]) for line in part.splitlines()]
            before = "".join(f"{line}\n" for sign, line in lines if sign in " -")
            yield Change(path, before, "".join(f"{line}\n" for sign, line in lines if sign in " +"))


def follow(page: Path, root: Path) -> None:
    for change in changes(page):
        path = root / change.path
        assert path.exists() != change.new, f"{change.path} {'is there already' if change.new else 'is not there'}"
        text = "" if change.new else path.read_text(encoding="utf-8")
        assert change.new or text.count(change.before) == 1, f"not as it stands in {change.path}:\n{change.before}"
        path.write_text(text.replace(change.before, change.after) if text else change.after, encoding="utf-8")


def copy_code(folder: Path) -> Path:
    for name in COPIED:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / name, folder / name)
    return folder


@pytest.fixture(scope="module")
def followed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The code after all pages were followed, one after another."""
    folder = copy_code(tmp_path_factory.mktemp("followed"))
    for page in PAGES:
        follow(page, folder)
    return folder


@pytest.fixture(scope="module")
def outcomes(followed: Path) -> dict[str, dict[str, bool]]:
    """By page, the tests that it names and whether each passed; all of them are run in one process."""
    named = {page.stem: RUN.findall(page.read_text(encoding="utf-8")) for page in PAGES}
    report = followed / "report.xml"
    wanted = [shlex.split(line.replace("\\\n", " ")) for lines in named.values() for line in lines]
    files = sorted({word for words in wanted for word in words if word.startswith("tests/")})
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", f"--junitxml={report}", *files]
    # Of files that a page names together with -k, the tests that it means; of others, all but the slow ones.
    command += ["-m", "not slow and not browser", "-k", selection(wanted)]
    environment = {**os.environ, "PYTHONPATH": str(followed)}
    done = subprocess.run(command, capture_output=True, text=True, cwd=followed, env=environment, check=False)
    assert report.exists(), done.stdout + done.stderr
    found: dict[str, dict[str, bool]] = {name: {} for name in named}
    for case in ElementTree.parse(report).iter("testcase"):
        file = str(case.get("classname")).replace(".", "/") + ".py"
        for name, lines in named.items():
            if any(file in line for line in lines):
                found[name][f"{file}::{case.get('name')}"] = len(case) == 0 or case[0].tag == "system-out"
    if not all(all(cases.values()) for cases in found.values()):
        print(done.stdout[-8000:])
    return found


def selection(wanted: list[list[str]]) -> str:
    """What `-k` must be so that files that are named with one keep to it."""
    whole = {word for words in wanted if "-k" not in words for word in words if word.startswith("tests/")}
    terms = [Path(file).stem for file in sorted(whole)]
    return " or ".join([*terms, *(f"({words[words.index('-k') + 1]})" for words in wanted if "-k" in words)])


@by_page
def test_what_the_page_changes_is_there(page: Path, tmp_path: Path) -> None:
    for change in changes(page):
        if not change.new:
            (tmp_path / change.path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / change.path, tmp_path / change.path)
        (tmp_path / change.path).parent.mkdir(parents=True, exist_ok=True)
    follow(page, tmp_path)
    assert RUN.search(page.read_text(encoding="utf-8")), "the page names no test"


@pytest.mark.slow
@by_page
def test_the_tests_that_the_page_names_pass(page: Path, outcomes: dict[str, dict[str, bool]]) -> None:
    cases = outcomes[page.stem]
    own = {change.path for change in changes(page) if change.new and change.path.startswith("tests/")}
    assert own <= {case.partition("::")[0] for case in cases}
    assert [case for case, passed in cases.items() if not passed] == []


def test_what_was_added_is_in_the_form_of_the_house(followed: Path) -> None:
    files = sorted({change.path for page in PAGES for change in changes(page) if change.path.endswith(".py")})
    for words in (["check", "--no-cache"], ["format", "--check", "--no-cache", "--diff"]):
        done = subprocess.run(
            [sys.executable, "-m", "ruff", *words, *files], capture_output=True, text=True, cwd=followed, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr


def test_every_page_is_followed() -> None:
    listed = re.findall(r"\(([a-z-]+)\.md\)", (ROOT / "docs" / "how-to" / "index.md").read_text(encoding="utf-8"))
    assert sorted(listed) == sorted([*(page.stem for page in PAGES), "own-backbone"])


def test_a_stale_page_is_noticed(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text('```diff title="app.py"\n-import no_such_line\n+import another\n```\n')
    shutil.copy(ROOT / "app.py", tmp_path / "app.py")
    with pytest.raises(AssertionError, match="not as it stands"):
        follow(page, tmp_path)
