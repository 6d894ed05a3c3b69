"""The documents name what is there: functions, files, commands, options, other pages."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from vidviz.cli import main

ROOT = Path(__file__).parents[2]
PAGES = sorted(
    [*(ROOT / "docs").rglob("*.md"), *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "SECURITY.md"))]
)
FENCE = re.compile(r"^(?P<indent> *)```(?P<info>[^\n`]*)\n(?P<text>.*?)^(?P=indent)```$", re.MULTILINE | re.DOTALL)
TITLE = re.compile(r'title="([^"]+)"')
SPAN = re.compile(r"`([^`\n]+)`")
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
NAMED = re.compile(r"^(?P<path>[\w./-]+\.py):(?P<name>[A-Za-z_][\w.]*)$")
LISTED = re.compile(r"^(?:vidviz|pages|tests|benchmarks|sample_videos|docs)/[\w./-]*$")
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
TARGETS = set(re.findall(r"^([a-z][\w-]*):", MAKEFILE, re.MULTILINE))
by_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))


@by_page
def test_every_function_is_where_the_page_says(page: Path) -> None:
    gone = []
    for path, name in named_functions(page):
        if not (ROOT / path).is_file() or not defines(ROOT / path, name):
            gone.append(f"{path}:{name}")
    assert not gone


@by_page
def test_every_file_is_where_the_page_says(page: Path) -> None:
    made = {title for match in FENCE.finditer(read(page)) for title in TITLE.findall(match["info"])}
    assert [path for path in named_files(page) if not (ROOT / path).exists() and path not in made] == []


@by_page
def test_every_link_leads_somewhere(page: Path) -> None:
    broken = []
    for link in links(page):
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        if not target.exists() or (anchor and anchor not in anchors(target)):
            broken.append(link)
    assert not broken


@by_page
def test_every_command_is_one_of_vidviz(page: Path) -> None:
    assert [problem for words in commands(page, "vidviz") if (problem := unknown_part(words))] == []


@by_page
def test_every_target_is_one_of_the_makefile(page: Path) -> None:
    words = [word for call in commands(page, "make") for word in call]
    assert [word for word in words if re.fullmatch(r"[a-z][\w-]*", word) and word not in TARGETS] == []


def test_the_walks_name_many_functions() -> None:
    """A change of the way in which pages name functions must not leave the tests above without work."""
    assert len(named_functions(ROOT / "docs" / "architecture.md")) > 60
    assert len(list(commands(ROOT / "README.md", "vidviz"))) > 15


def test_each_walk_goes_down_and_comes_back_once() -> None:
    """By floors: screens and commands, services, stages. What is called beside the way is indented, and not counted."""
    text = read(ROOT / "docs" / "architecture.md").partition("## Three walks")[2].partition("\n## ")[0]
    walks = text.split("\n### ")[1:]
    assert len(walks) == 3
    for walk in walks:
        floors = [floor_of(path) for path in re.findall(r"^\d+\. `([\w/.]+\.py):", walk, re.MULTILINE)]
        assert len(floors) > 8
        assert (floors[0], max(floors), floors[-1]) == (0, 2, 0)
        down, up = floors[: floors.index(2)], floors[floors.index(2) :]
        assert down == sorted(down), walk.splitlines()[0]
        assert up == sorted(up, reverse=True), walk.splitlines()[0]


@pytest.mark.parametrize(
    "words",
    [["serf"], ["embed", "--backbon", "x"], ["index", "rebuilt"], ["jobs", "resume", "--forcefully"]],
    ids=" ".join,
)
def test_a_command_that_is_gone_is_noticed(words: list[str]) -> None:
    assert unknown_part(words)


def test_a_function_that_is_gone_is_noticed() -> None:
    assert defines(ROOT / "vidviz" / "workspace.py", "Workspace.search")
    assert not defines(ROOT / "vidviz" / "workspace.py", "Workspace.serch")
    assert not defines(ROOT / "vidviz" / "workspace.py", "search")


def floor_of(path: str) -> int:
    part = path.split("/")[1]
    return {"ui": 0, "cli": 0, "workspace.py": 0, "services": 1}.get(part, 2)


def unknown_part(words: list[str]) -> str:
    """The first word of a call of vidviz that the command line does not know; "" where all is known."""
    command: click.Command = main
    for word in words:
        if word.startswith("-"):
            known = {option for parameter in command.params for option in (*parameter.opts, *parameter.secondary_opts)}
            if word.partition("=")[0] not in known | {"-h", "--help", "--version"}:
                return word
        elif isinstance(command, click.Group) and re.fullmatch(r"[a-z-]+", word):
            if word not in command.commands:
                return word
            command = command.commands[word]
    return ""


def read(page: Path) -> str:
    return page.read_text(encoding="utf-8")


def spans(page: Path) -> list[str]:
    """The short code of a page, outside of its blocks."""
    return SPAN.findall(FENCE.sub("", read(page)))


def named_functions(page: Path) -> list[tuple[str, str]]:
    """Every `path.py:function` of a page."""
    found = (NAMED.match(span) for span in spans(page))
    return [(match["path"], match["name"]) for match in found if match]


def named_files(page: Path) -> list[str]:
    """Every file or folder of the repository that a page names in short code."""
    return [span for span in spans(page) if LISTED.match(span)]


def links(page: Path) -> list[str]:
    """Every link of a page that leads to another place here: (file, anchor)."""
    return [link for link in LINK.findall(FENCE.sub("", read(page))) if "://" not in link and link[:7] != "mailto:"]


def commands(page: Path, program: str) -> Iterator[list[str]]:
    """The words after every call of a program on a page, whether it stands in a line of its own or in the text."""
    blocks = [match["text"] for match in FENCE.finditer(read(page)) if match["info"].strip() in ("", "sh", "console")]
    lines = [line for text in blocks for line in text.split("\n")]
    lines += re.findall(r"^    (.*)$", FENCE.sub("", read(page)), re.MULTILINE)
    for line in [*lines, *spans(page)]:
        words = line.split("#")[0].split()
        while words and re.fullmatch(r"[A-Z_]+=\S*", words[0]):  # settings in front of a command
            words = words[1:]
        if words[:1] == [program]:
            yield words[1:]


def defines(path: Path, name: str) -> bool:
    """Whether a module defines a name, or a class in it a method, at its top level."""
    found: list[ast.stmt] = ast.parse(read(path)).body
    for part in name.split("."):
        inside = [node for node in found if part in _names(node)]
        if not inside:
            return False
        found = getattr(inside[0], "body", [])
    return True


def _names(node: ast.stmt) -> set[str]:
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return {node.name}
    if isinstance(node, ast.AnnAssign):
        return {ast.unparse(node.target)}
    if isinstance(node, ast.Assign):
        return {ast.unparse(name) for target in node.targets for name in getattr(target, "elts", [target])}
    return set()


def anchors(page: Path) -> set[str]:
    """What a link may name on a page: its headings, in the way of GitHub and of Python's Markdown alike."""
    headings = re.findall(r"^#+ +(.+)$", FENCE.sub("", read(page)), re.MULTILINE)
    plain = [re.sub(r"[^\w\- ]", "", heading.lower()) for heading in headings]
    return {re.sub(r" +", "-", heading.strip()) for heading in plain}
